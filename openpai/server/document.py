"""`python -m openpai.server.document` prints the OpenAPI document, for what is made from it."""

import json

from fastapi import FastAPI

from openpai.server.app import add_routes


def document() -> dict[str, object]:
    """What `/api/v2/openapi.json` tells, without a server."""
    app = FastAPI(title="OpenPAI", version="2")
    add_routes(app)
    return app.openapi()


if __name__ == "__main__":
    print(json.dumps(document()))
