"""Starts MiniStack 1.5.33 with what a deployment of this project needs and this version lacks.

Each function below fills one gap; docs/trial-deployment.md describes them. MiniStack also ends with the process that
started it.
"""

import json
import os
import signal
import threading
import time
from contextvars import ContextVar

from ministack import app
from ministack.core import iam_actions
from ministack.services import apigateway_v1 as rest_apis
from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners


def name_functions_of_streaming_integrations():
    """An integration with responseTransferMode STREAM ends its URI with another word than a buffered one."""
    name = rest_apis._extract_lambda_ref_from_integration_uri
    rest_apis._extract_lambda_ref_from_integration_uri = lambda uri: name(
        (uri or "").replace("/response-streaming-invocations", "/invocations"))


def map_authorizer_context_to_gateway_responses():
    """A gateway response may take a header from `context.authorizer.KEY`."""
    prefix = "context.authorizer."
    latest = ContextVar("latest context of an authorizer in this request", default={})
    read, value = rest_apis._stringify_context, rest_apis._gateway_request_value

    def keep(context):
        kept = read(context)
        latest.set(kept)
        return kept

    rest_apis._stringify_context = keep
    rest_apis._gateway_request_value = lambda source, request: (
        latest.get().get(source.removeprefix(prefix)) if source.startswith(prefix) else value(source, request))


def know_condition_keys_of_kms():
    """Without their values, no statement applies whose condition names one of these keys."""
    known = iam_actions.request_tag_context
    members = {
        "CreateKey": {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"},
        "Sign": {"SigningAlgorithm": None, "MessageType": "RAW"},
    }

    def context(service, action, body, parameters):
        keys = known(service, action, body, parameters)
        if service != "kms" or not body:
            return keys
        request = json.loads(body)
        for member, default in members.get(action.removeprefix("kms:"), {}).items():
            keys[f"kms:{member}"] = request.get(member, default)
        if request.get("EncryptionContext"):
            keys["kms:EncryptionContextKeys"] = list(request["EncryptionContext"])
        return keys

    iam_actions.request_tag_context = context


def know_leading_keys_of_dynamodb():
    """`dynamodb:LeadingKeys` is the partition key of each row. The tables of this project have no other key."""
    known = iam_actions.dynamodb_service_context

    def context(body):
        keys = known(body)
        row = json.loads(body or b"{}").get("Key", {})
        if row:
            keys["dynamodb:LeadingKeys"] = [value for typed in row.values() for value in typed.values()]
        return keys

    iam_actions.dynamodb_service_context = context


def refer_to_secrets_by_arn():
    """`Ref` of a secret is its ARN."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def name_of(arn):
        return next((name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn), arn)

    def by_arn(result):
        _name, attributes, *rest = result
        return (attributes["Arn"], attributes, *rest)

    handler["create"] = lambda *given, **named: by_arn(create(*given, **named))
    handler["update"] = lambda arn, *given, **named: by_arn(update(name_of(arn), *given, **named))
    handler["delete"] = lambda arn, properties: delete(name_of(arn), properties)


def end_with_parent():
    """Also ends the functions' processes, which are in the same group."""
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    name_functions_of_streaming_integrations()
    map_authorizer_context_to_gateway_responses()
    know_condition_keys_of_kms()
    know_leading_keys_of_dynamodb()
    refer_to_secrets_by_arn()
    app.main()
