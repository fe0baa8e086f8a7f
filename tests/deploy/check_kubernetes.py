"""Renders deploy/kubernetes as `kubectl apply -k` would, and checks what comes out.

    check_kubernetes.py

Each object against Kubernetes' own schema, of its oldest version that has all of them and the
newest that the validator ships; and what no schema knows: that names lead somewhere, and nothing
runs with more rights than it needs. Prints the kinds that have no schema here, and each fault in a
line; exits 1 where there is one.
"""

import pathlib
import subprocess
import sys

import kubernetes_validate
import yaml

from faults import report

FOLDER = pathlib.Path("deploy/kubernetes")
RENDERED = ["base", "overlays/public", "overlays/keys", "overlays/monitored"]
VERSIONS = ["1.29", kubernetes_validate.latest_version()]


def rendered(folder):
    command = ["kubectl", "kustomize", str(FOLDER / folder)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return list(yaml.safe_load_all(text))


def name_of(one):
    return f"{one['kind']} {one['metadata']['name']}"


def schema_faults(one, without_schema):
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(one, version, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            without_schema.add(f"{one['apiVersion']} {one['kind']}")
        except kubernetes_validate.ValidationError as error:
            where = ".".join(map(str, error.path))
            yield f"{name_of(one)}, Kubernetes {version}: {where}: {error.message}"


def pod_of(one):
    """The pods that the object makes; None where it makes none."""
    if one["kind"] == "Deployment":
        return one["spec"]["template"]["spec"]
    return one["spec"]["predictor"] if one["kind"] == "InferenceService" else None


def rights_faults(one):
    pod = pod_of(one)
    if pod is None:
        return
    own = pod["securityContext"]
    if not own.get("runAsNonRoot") or own["seccompProfile"]["type"] != "RuntimeDefault":
        yield f"{name_of(one)}: expected runAsNonRoot and RuntimeDefault's seccomp, received {own}"
    for container in pod["containers"]:
        expected = {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        if container["securityContext"] != expected:
            yield f"{name_of(one)}: expected {expected}, received {container['securityContext']}"
        if set(container["resources"]) != {"requests", "limits"}:
            yield f"{name_of(one)}: expected requests and limits"


def reference_faults(objects):
    """Names that lead nowhere."""
    named = {(one["kind"], one["metadata"]["name"]): one for one in objects}
    deployment = named["Deployment", "inkling"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    (container,) = pod_of(deployment)["containers"]
    ports = {one["name"] for one in container["ports"]}
    for source in container["envFrom"]:
        if ("ConfigMap", source["configMapRef"]["name"]) not in named:
            yield f"expected the ConfigMap {source['configMapRef']['name']}"
    service = named["Service", "inkling"]["spec"]
    for kind, selector in (
        ("Service", service["selector"]),
        ("PodDisruptionBudget", named["PodDisruptionBudget", "inkling"]["spec"]["selector"]),
        ("NetworkPolicy", named["NetworkPolicy", "inkling"]["spec"]["podSelector"]),
    ):
        selector = selector.get("matchLabels", selector)
        if not selector or not selector.items() <= labels.items():
            yield f"{kind}: expected to select {labels}, received {selector}"
    for port in service["ports"]:
        if port["targetPort"] not in ports:
            yield f"Service: expected one of the ports {ports}, received {port['targetPort']}"
    offered = {one["name"] for one in service["ports"]}
    for rule in named.get(("Ingress", "inkling"), {"spec": {"rules": []}})["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            port = path["backend"]["service"]["port"]["name"]
            if port not in offered:
                yield f"Ingress: expected one of the ports {offered}, received {port}"
    drain = int(next(one for one in container["args"] if "--drain" in one).split("=")[1])
    grace = pod_of(deployment)["terminationGracePeriodSeconds"]
    if grace <= drain + 8:
        yield f"expected more than {drain + 8} s to end in, received {grace}"


def main():
    without_schema, faults, count = set(), [], 0
    kserve = list(yaml.safe_load_all((FOLDER / "kserve/inferenceservice.yaml").read_text()))
    for folder, objects in [(one, rendered(one)) for one in RENDERED] + [("kserve", kserve)]:
        count += len(objects)
        found = [fault for one in objects for fault in schema_faults(one, without_schema)]
        found += [fault for one in objects for fault in rights_faults(one)]
        if folder != "kserve":
            found += reference_faults(objects)
        faults += [f"{folder}: {fault}" for fault in found]
    print(f"{count} objects, Kubernetes {' and '.join(VERSIONS)}: {len(faults)} faults; "
          f"no schema here of {', '.join(sorted(without_schema))}")
    return report("check_kubernetes", faults)


if __name__ == "__main__":
    sys.exit(main())
