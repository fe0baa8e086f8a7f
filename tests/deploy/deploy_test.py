"""script/deploy-aws against moto's imitation of AWS, and in place of the service a server that says
what each test wants.

    deploy_test.py

Expects the AWS CLI in PATH. moto 5.2 cannot update the stack of deploy/aws/inkling.yaml, whose
listeners stand under conditions, so that a small template takes its place; stack_test makes the
real one. Nor does it keep a parameter's value, or know an update that changes nothing.
"""

import http.server
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import unittest

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
TEMPLATE = """
Parameters:
  Image: {Type: String}
  MinTasks: {Type: Number, Default: 1}
  Address: {Type: String, Default: ""}
Resources:
  Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '${AWS::StackName}-${Image}'}}
Outputs:
  Api: {Value: !Ref Address}
"""


class Service(http.server.BaseHTTPRequestHandler):
    """Answers predictions with `answer`, and keeps the last key that was sent."""

    answer = b""
    key = None

    def do_POST(self):
        Service.key = self.headers.get("X-API-Key")
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(Service.answer)))
        self.end_headers()
        self.wfile.write(Service.answer)

    def log_message(self, *_):
        pass


class Deployments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        for file in ("script/deploy-aws", "script/common.sh", "docs/images/digit.png"):
            (cls.root / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, cls.root / file)
        (cls.root / "deploy/aws").mkdir(parents=True)
        (cls.root / "deploy/aws/inkling.yaml").write_text(TEMPLATE)
        cls.aws = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        cls.aws.start()
        cls.service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        threading.Thread(target=cls.service.serve_forever, daemon=True).start()
        cls.endpoint = "http://{}:{}".format(*cls.aws.get_host_and_port())
        cls.cloudformation = boto3.client("cloudformation", REGION, endpoint_url=cls.endpoint)
        cls.url = f"http://127.0.0.1:{cls.service.server_port}"

    @classmethod
    def tearDownClass(cls):
        cls.service.shutdown()
        cls.aws.stop()

    def setUp(self):
        Service.answer = b'{"predicted_digit":7}'
        self.stack = self.id().rpartition(".")[2].replace("_", "-")

    def deploy(self, *arguments, **environment):
        environment = {"INKLING_URL": self.url, **environment}
        return subprocess.run(
            [self.root / "script/deploy-aws", *arguments], capture_output=True, text=True,
            env={**os.environ, "AWS_ENDPOINT_URL": self.endpoint, "AWS_DEFAULT_REGION": REGION,
                 **environment},
        )

    def parameters(self):
        stack = self.cloudformation.describe_stacks(StackName=self.stack)["Stacks"][0]
        return {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}

    def test_a_new_stack_and_an_update(self):
        first = self.deploy(self.stack, "inkling:1", INKLING_API_KEY="inkling_k")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("inkling:1 runs, and predicts", first.stdout)
        self.assertEqual(Service.key, "inkling_k")
        second = self.deploy(self.stack, "inkling:2")
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertEqual(self.parameters()["Image"], "inkling:2")
        self.assertIsNone(Service.key)

    def test_without_another_address_the_stack_s_own_is_asked(self):
        # moto gives outputs to no stack that the CLI made.
        self.cloudformation.create_stack(
            StackName=self.stack, TemplateBody=TEMPLATE,
            Parameters=[
                {"ParameterKey": "Image", "ParameterValue": "inkling:1"},
                {"ParameterKey": "Address", "ParameterValue": self.url},
            ],
        )
        deployed = self.deploy(
            self.stack, "inkling:2", f"Address={self.url}", INKLING_URL=""
        )
        self.assertEqual(deployed.returncode, 0, deployed.stderr)
        self.assertIn(f"predicts, at {self.url}", deployed.stdout, deployed.stderr)

    def test_an_image_that_predicts_wrongly_is_taken_back(self):
        good = self.deploy(self.stack, "inkling:1", "MinTasks=2")
        self.assertEqual(good.returncode, 0, good.stderr)
        Service.answer = b'{"predicted_digit":1}'
        bad = self.deploy(self.stack, "inkling:2", "MinTasks=3")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("expected a seven", bad.stderr)
        self.assertIn("going back to Image=inkling:1", bad.stderr)
        self.assertEqual(self.parameters()["Image"], "inkling:1")
        self.assertEqual(self.parameters()["MinTasks"], "2")

    def test_a_first_image_that_predicts_wrongly_has_none_before_it(self):
        Service.answer = b"{}"
        bad = self.deploy(self.stack, "inkling:1")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("none before it", bad.stderr)

    def test_without_an_address_nothing_is_asked(self):
        deployed = self.deploy(self.stack, "inkling:none", INKLING_URL="")
        self.assertEqual(deployed.returncode, 0, deployed.stderr)
        self.assertIn("was not asked for a prediction", deployed.stderr)

    def test_mistakes_end_it(self):
        self.assertEqual(self.deploy(self.stack).returncode, 2)
        bad = self.deploy(self.stack, "inkling:1", "Cluster")
        self.assertNotEqual(bad.returncode, 0)


if __name__ == "__main__":
    unittest.main()
