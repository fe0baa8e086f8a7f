"""Whether the rules and the dashboard ask for what the server has, each alert is explained, and
compose.yaml mounts what there is.

    check_monitoring.py URL

The server at URL should have answered a prediction, since some series begin with the first one.
Prints each fault in a line, and exits 1 where there is one.
"""

import json
import pathlib
import re
import sys
import urllib.request

import yaml

from faults import report

FOLDER = pathlib.Path("deploy/monitoring")
# Prometheus's own, about whom it asks.
OTHERS = {"up"}
METRIC = re.compile(r"\b(?:inkling_\w+|process_\w+|up)\b(?=[{\[\s)]|$)")
RECORDED = re.compile(r"\binkling:[\w:]+")


def served_metrics(url):
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return {re.match(r"\w+", line)[0] for line in lines if not line.startswith("#")}


def rules():
    groups = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard_expressions():
    dashboard = json.loads((FOLDER / "grafana/dashboards/inkling.json").read_text())
    return [
        (f"panel '{panel['title']}'", target["expr"])
        for panel in dashboard["panels"]
        for target in panel.get("targets", [])
    ]


def faults_of_expressions(expressions, metrics, recorded):
    for where, expression in expressions:
        for name in METRIC.findall(expression):
            if name not in metrics | OTHERS:
                yield f"{where}: expected a metric of the server, received {name}"
        for name in RECORDED.findall(expression):
            if name not in recorded:
                yield f"{where}: expected a recorded series of rules.yml, received {name}"


def faults_of_runbook(alerts):
    """Each alert's link leads to its section of the README, and each section is an alert's."""
    path = FOLDER / "README.md"
    sections = set(re.findall(r"^## (Inkling\w+)$", path.read_text(), re.MULTILINE))
    for rule in alerts:
        name = rule["alert"]
        if name not in sections:
            yield f"{path}: expected a section on {name}, received none"
        expected = f"{path}#{name.lower()}"
        if rule["annotations"].get("runbook") != expected:
            yield f"{name}: expected the runbook {expected}"
    for section in sections - {rule["alert"] for rule in alerts}:
        yield f"{path}: expected an alert for the section {section}, received none"


def faults_of_compose():
    compose = yaml.safe_load(pathlib.Path("compose.yaml").read_text())
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith(".") and not pathlib.Path(source).exists():
                yield f"compose.yaml, {name}: expected {source}, received no such file"


def main():
    all_rules = rules()
    expressions = [(rule.get("alert") or rule["record"], rule["expr"]) for rule in all_rules]
    recorded = {rule["record"] for rule in all_rules if "record" in rule}
    alerts = [rule for rule in all_rules if "alert" in rule]
    shown = dashboard_expressions()
    metrics = served_metrics(sys.argv[1])
    faults = [
        *faults_of_expressions(expressions + shown, metrics, recorded),
        *faults_of_runbook(alerts),
        *faults_of_compose(),
    ]
    print(f"{len(all_rules)} rules and {len(shown)} expressions of the dashboard: "
          f"{len(faults)} faults")
    return report("check_monitoring", faults)


if __name__ == "__main__":
    sys.exit(main())
