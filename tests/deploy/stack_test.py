"""Creates and updates the stack of deploy/aws/inkling.yaml against moto's imitation of AWS, and
asks each service's own API for what should be there.

    stack_test.py

Prints the resource types that moto does not make; of these the template itself is read here, and
cfn-lint knows their schemas. moto 5.2 leaves out a service's network and load balancers, too, the
containers of a task definition that is updated, a service's move to it, and cannot delete a VPC
with subnets in it.
"""

import json
import logging
import pathlib
import unittest
import warnings

import boto3
import moto
import yaml

TEMPLATE = pathlib.Path("deploy/aws/inkling.yaml").read_text()
REGION = "eu-central-1"
IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/inkling:1"
REPOSITORY = "arn:aws:ecr:eu-central-1:123456789012:repository/inkling"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:inkling-AbCdEf"


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's !Ref and the like as whatever stands behind them."""


def tagged(loader, _, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", tagged)
RESOURCES = yaml.load(TEMPLATE, Loader)["Resources"]


class Stack:
    def __init__(self, **parameters):
        self.cloudformation = client("cloudformation")
        self.cloudformation.create_stack(StackName="inkling", **template(parameters))

    def update(self, **parameters):
        self.cloudformation.update_stack(StackName="inkling", **template(parameters))

    def resources(self):
        """Logical name to physical one."""
        found = self.cloudformation.list_stack_resources(StackName="inkling")
        return {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for one in found["StackResourceSummaries"]
            if one["LogicalResourceId"]  # a condition keeps it out
        }

    def outputs(self):
        (stack,) = self.cloudformation.describe_stacks(StackName="inkling")["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def template(parameters):
    return {
        "TemplateBody": TEMPLATE,
        "Capabilities": ["CAPABILITY_IAM"],
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in {"Image": IMAGE, **parameters}.items()
        ],
    }


def client(service):
    return boto3.client(service, region_name=REGION)


def certificate():
    return client("acm").request_certificate(DomainName="digits.example.org")["CertificateArn"]


def security_group(name):
    (group,) = client("ec2").describe_security_groups(GroupIds=[name])["SecurityGroups"]
    return group


def services():
    ecs = client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]
    names = ecs.list_services(cluster=cluster)["serviceArns"]
    return ecs.describe_services(cluster=cluster, services=names)["services"]


def container():
    ecs = client("ecs")
    (service,) = services()
    task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    return task["containerDefinitions"][0]


def revisions():
    """Of the task definition, those that are not retired."""
    return client("ecs").list_task_definitions()["taskDefinitionArns"]


@moto.mock_aws
class StackTest(unittest.TestCase):
    def test_default_is_balanced_over_plain_http(self):
        stack = Stack()
        (balancer,) = client("elbv2").describe_load_balancers()["LoadBalancers"]
        self.assertEqual(balancer["Scheme"], "internet-facing")
        listeners = client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])
        self.assertEqual(
            {(one["Port"], one["Protocol"]) for one in listeners["Listeners"]},
            {(80, "HTTP"), (8000, "HTTP"), (8501, "HTTP")},
        )
        groups = client("elbv2").describe_target_groups()["TargetGroups"]
        self.assertEqual({one["Port"] for one in groups}, {8000, 8501})
        self.assertEqual({one["HealthCheckPath"] for one in groups}, {"/readyz"})
        self.assertTrue(stack.outputs()["Page"].startswith("http://"))

    def test_task_is_what_the_image_expects(self):
        Stack()
        inkling = container()
        self.assertEqual(inkling["image"], IMAGE)
        self.assertTrue(inkling["readonlyRootFilesystem"])
        self.assertEqual(inkling["user"], "65534:65534")
        self.assertEqual({one["containerPort"] for one in inkling["portMappings"]}, {8000, 8501})
        self.assertEqual(inkling["healthCheck"]["command"][-1], "healthcheck")
        self.assertIn("--trust-proxy", inkling["command"])
        # It drains longer than the balancer takes to notice, and is given the time for it.
        drain = int(inkling["command"][inkling["command"].index("--drain") + 1])
        (group, _) = client("elbv2").describe_target_groups()["TargetGroups"]
        noticed = group["HealthCheckIntervalSeconds"] * group["UnhealthyThresholdCount"]
        self.assertGreater(drain, noticed)
        self.assertGreater(inkling["stopTimeout"], drain + 8)
        self.assertNotIn("secrets", inkling)

    def test_certificate_brings_tls_and_a_redirect(self):
        stack = Stack(CertificateArn=certificate())
        (balancer,) = client("elbv2").describe_load_balancers()["LoadBalancers"]
        listeners = client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])
        by_port = {one["Port"]: one for one in listeners["Listeners"]}
        self.assertEqual(set(by_port), {80, 443, 8000, 8501})
        self.assertEqual(by_port[80]["DefaultActions"][0]["Type"], "redirect")
        for port in (443, 8000, 8501):
            self.assertEqual(by_port[port]["Protocol"], "HTTPS")
        self.assertTrue(stack.outputs()["Page"].startswith("https://"))

    def test_public_address_has_no_balancer(self):
        stack = Stack(Entrance="public-ip")
        self.assertEqual(client("elbv2").describe_load_balancers()["LoadBalancers"], [])
        group = security_group(stack.resources()["TaskSecurityGroup"])
        self.assertEqual(
            {(one["FromPort"], one["IpRanges"][0]["CidrIp"]) for one in group["IpPermissions"]},
            {(8000, "0.0.0.0/0"), (8501, "0.0.0.0/0")},
        )
        inkling = container()
        self.assertNotIn("--trust-proxy", inkling["command"])
        self.assertNotIn("--drain", inkling["command"])
        self.assertNotIn("Page", stack.outputs())

    def test_tasks_behind_the_balancer_let_nobody_else_in(self):
        stack = Stack()
        ids = stack.resources()
        for rule in security_group(ids["TaskSecurityGroup"])["IpPermissions"]:
            self.assertEqual(rule["IpRanges"], [])
            (source,) = rule["UserIdGroupPairs"]
            self.assertEqual(source["GroupId"], ids["LoadBalancerSecurityGroup"])

    def test_role_may_what_it_needs_and_no_more(self):
        stack = Stack(RepositoryArn=REPOSITORY, ApiKeysSecretArn=SECRET)
        role = stack.resources()["ExecutionRole"]
        iam = client("iam")
        self.assertEqual(iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"], [])
        text = iam.get_role_policy(RoleName=role, PolicyName="start")["PolicyDocument"]
        policy = yaml.safe_load(str(text))  # moto's is a text in Python's form, which is YAML
        everywhere = [one["Action"] for one in policy["Statement"] if one["Resource"] == "*"]
        self.assertEqual(everywhere, ["ecr:GetAuthorizationToken"])  # knows no resources
        allowed = {
            action: one["Resource"]
            for one in policy["Statement"]
            for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
        }
        self.assertEqual(allowed["secretsmanager:GetSecretValue"], SECRET)
        self.assertEqual(allowed["ecr:BatchGetImage"], REPOSITORY)

    def test_keys_come_from_the_secret(self):
        Stack(ApiKeysSecretArn=SECRET)
        inkling = container()
        self.assertEqual(
            {one["name"]: one["valueFrom"] for one in inkling["secrets"]},
            {
                "INKLING_API_KEYS": f"{SECRET}:keys::",
                "INKLING_SESSION_SECRET": f"{SECRET}:session::",
            },
        )

    def test_vpc_that_exists_is_used(self):
        ec2 = client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{n}.0/24")["Subnet"]["SubnetId"]
            for n in (0, 1)
        ]
        made = Stack(VpcId=vpc, SubnetIds=",".join(subnets)).resources()
        self.assertNotIn("Vpc", made)
        self.assertEqual(security_group(made["TaskSecurityGroup"])["VpcId"], vpc)
        (balancer,) = client("elbv2").describe_load_balancers()["LoadBalancers"]
        self.assertEqual({one["SubnetId"] for one in balancer["AvailabilityZones"]}, set(subnets))

    def test_log_is_kept_as_long_as_said(self):
        Stack(LogRetentionDays="7")
        (group,) = client("logs").describe_log_groups()["logGroups"]
        self.assertEqual(group["retentionInDays"], 7)

    def test_dashboard_is_json(self):
        Stack()
        (entry,) = client("cloudwatch").list_dashboards()["DashboardEntries"]
        body = client("cloudwatch").get_dashboard(DashboardName=entry["DashboardName"])
        self.assertEqual(len(json.loads(body["DashboardBody"])["widgets"]), 4)

    def test_update_registers_a_new_revision_for_the_same_service(self):
        stack = Stack()
        (before,) = services()
        self.assertEqual(revisions(), [before["taskDefinition"]])
        stack.update(Image=IMAGE + "2")
        (after,) = services()
        self.assertEqual(after["serviceName"], before["serviceName"])
        (revision,) = revisions()
        self.assertNotEqual(revision, before["taskDefinition"])

    def test_says_what_moto_does_not_make(self):
        stack = Stack(
            CertificateArn=certificate(), AlarmEmail="ops@example.org", MonthlyBudget="50"
        )
        made = stack.resources()
        missing = sorted({one["Type"] for name, one in RESOURCES.items() if name not in made})
        print(f"not made by moto: {', '.join(missing) or 'nothing'}")
        self.assertNotIn("AWS::ECS::Service", missing)


class TemplateTest(unittest.TestCase):
    """What moto does not make."""

    def of_type(self, name):
        return [one["Properties"] for one in RESOURCES.values() if one["Type"] == name]

    def test_alarms_tell_somebody(self):
        alarms = self.of_type("AWS::CloudWatch::Alarm")
        self.assertEqual(len(alarms), 6)
        for alarm in alarms:
            self.assertEqual(alarm["AlarmActions"], ["Alarms"], alarm["AlarmDescription"])

    def test_alarms_watch_what_the_log_is_filtered_for(self):
        filtered = {
            one["MetricTransformations"][0]["MetricName"]
            for one in self.of_type("AWS::Logs::MetricFilter")
        }
        watched = set()
        for alarm in self.of_type("AWS::CloudWatch::Alarm"):
            metrics = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", [])[1:]]
            watched |= {
                one["MetricName"]
                for one in metrics or [alarm]
                if one["Namespace"] == "AWS::StackName"
            }
        self.assertEqual(filtered, watched)

    def test_service_scales_on_both_and_rolls_back(self):
        kinds = sorted(
            one["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"][
                "PredefinedMetricType"
            ]
            for one in self.of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
        )
        balanced = "ALBRequestCountPerTarget"
        self.assertEqual(kinds, [balanced, balanced, "ECSServiceAverageCPUUtilization"])
        (service,) = self.of_type("AWS::ECS::Service")
        breaker = service["DeploymentConfiguration"]["DeploymentCircuitBreaker"]
        self.assertEqual(breaker, {"Enable": True, "Rollback": True})

    def test_autoscaling_alone_says_how_many(self):
        (service,) = self.of_type("AWS::ECS::Service")
        self.assertNotIn("DesiredCount", service)
        (target,) = self.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
        self.assertEqual((target["MinCapacity"], target["MaxCapacity"]), ("MinTasks", "MaxTasks"))


if __name__ == "__main__":
    # The test that lists the types says it once.
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    unittest.main()
