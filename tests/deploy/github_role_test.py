"""Creates the stack of deploy/aws/github.yaml against moto's imitation of AWS, and asks IAM who may
do what.

    github_role_test.py

moto 5.2 does not make the provider.
"""

import ast
import logging
import pathlib
import re
import unittest

import boto3
import moto

FOLDER = pathlib.Path("deploy/aws")
REGION = "eu-central-1"
SUBJECT = "token.actions.githubusercontent.com:sub"


def create(**parameters):
    """The stack's outputs."""
    cloudformation = boto3.client("cloudformation", REGION)
    cloudformation.create_stack(
        StackName="github",
        TemplateBody=(FOLDER / "github.yaml").read_text(),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in {"Repository": "owner/name", **parameters}.items()
        ],
    )
    (stack,) = cloudformation.describe_stacks(StackName="github")["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def trusted_by(arn):
    role = boto3.client("iam").get_role(RoleName=arn.rpartition("/")[2])["Role"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    return statement


def allowed_to(arn):
    """The statements of its one policy."""
    iam, name = boto3.client("iam"), arn.rpartition("/")[2]
    (policy,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
    document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    if isinstance(document, str):  # in Python's words, as moto has it
        document = ast.literal_eval(document)
    return document["Statement"]


@moto.mock_aws
class GitHubRoleTest(unittest.TestCase):
    def test_one_environment_of_one_repository_is_trusted(self):
        trust = trusted_by(create(Environment="staging")["DeployRole"])
        self.assertEqual(
            trust["Condition"]["StringEquals"][SUBJECT], "repo:owner/name:environment:staging"
        )

    def test_a_provider_that_is_there_is_taken(self):
        there = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
        trust = trusted_by(create(Provider=there)["DeployRole"])
        self.assertEqual(trust["Principal"]["Federated"], there)

    def test_workflow_may_change_the_stack_and_nothing_else(self):
        outputs = create(Stack="digits")
        stack, template, passed = allowed_to(outputs["DeployRole"])
        self.assertTrue(stack["Resource"].endswith(":stack/digits/*"), stack)
        self.assertEqual({action.partition(":")[0] for action in stack["Action"]},
                         {"cloudformation"})
        self.assertEqual(template["Action"], "cloudformation:GetTemplateSummary")
        self.assertEqual((passed["Action"], passed["Resource"]),
                         ("iam:PassRole", outputs["StackRole"]))

    def test_cloudformation_may_make_what_the_stack_has(self):
        services, roles, *_ = allowed_to(create(Stack="digits")["StackRole"])
        self.assertTrue(roles["Resource"].endswith(":role/digits-*"), roles)
        allowed = {action.partition(":")[0] for action in services["Action"] + roles["Action"]}
        named = {"applicationautoscaling": "application-autoscaling",
                 "elasticloadbalancingv2": "elasticloadbalancing"}
        needed = set()
        for kind in re.findall(r"Type: AWS::(\w+)::", (FOLDER / "inkling.yaml").read_text()):
            needed.add(named.get(kind.lower(), kind.lower()))
        self.assertEqual(allowed, needed)


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # that moto does not make the provider
    unittest.main()
