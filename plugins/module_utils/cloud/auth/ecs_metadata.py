# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata service of a Huawei Cloud server, which issues temporary keys of the server's agency.

Sources: ECS User Guide, "Obtaining Metadata" (Security Key); the official Python SDK (MetadataAccessor) for its tokens.
Requests stay on the server: they use no proxy, and neither retries nor the connection options.
"""

from __future__ import annotations

import http.client
import json
import time
from typing import Any, Mapping
from urllib.parse import urlsplit

from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.config.huaweicloud_addresses import (
    METADATA_KEY_PATH,
    METADATA_TOKEN_PATH,
    METADATA_URL,
)
from ansible_collections.cloudserver.compute.plugins.module_utils.cloud.errors import InvalidResponse, SettingsError

#: A server responds at once; elsewhere nothing does, and a task must not wait for it.
TIMEOUT = 3.0
#: The validity of a token of the metadata service in seconds; it is used at once, and once.
TOKEN_LIFETIME = 60
#: The responses of a metadata service without tokens.
WITHOUT_TOKENS = (404, 405, 503)
_MAX = 64 * 1024


class MetadataService:
    """Reads the key of the server's agency, with a token if the service has tokens."""

    def __init__(self, url: str = "") -> None:
        self._url = url or METADATA_URL

    def read_key(self) -> Any:
        """The response as JSON. Raises SettingsError if there is no metadata service, or the server has no agency."""
        status, text = self._ask("PUT", METADATA_TOKEN_PATH, {"X-Metadata-Token-Ttl-Seconds": str(TOKEN_LIFETIME)})
        if status not in (200, *WITHOUT_TOKENS):
            raise self._refusal(status)
        status, text = self._ask("GET", METADATA_KEY_PATH, {"X-Metadata-Token": text.strip()} if status == 200 else {})
        if "configure Cloud Service Agency" in text:
            raise SettingsError(
                "auth.ecs_agency: this server has no agency.", hint="Set an agency for the server in the ECS console."
            )
        if status != 200:
            raise self._refusal(status)
        try:
            return json.loads(text)
        except ValueError:
            raise InvalidResponse("The key of the server's agency cannot be read: the response is not JSON.") from None

    def _refusal(self, status: int) -> SettingsError:
        return SettingsError(
            "auth.ecs_agency: the metadata service %s responds with %d." % (self._url, status),
            hint="Check that this machine is a server of the cloud and has an agency, or give other credentials.",
        )

    def _ask(self, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
        parts = urlsplit(self._url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        end = time.monotonic() + TIMEOUT
        try:
            connection.request(method, parts.path.rstrip("/") + path, headers=dict(headers))
            answer = connection.getresponse()
            content = b""
            while len(content) < _MAX and time.monotonic() < end:
                piece = answer.read1(_MAX)
                if not piece:
                    return answer.status, content.decode("utf-8", "replace")
                content += piece
            raise TimeoutError
        except (OSError, http.client.HTTPException):
            raise SettingsError(
                "auth.ecs_agency: no metadata service responds at %s within %d seconds." % (self._url, TIMEOUT),
                hint="Only servers of the cloud have it; give other credentials elsewhere.",
            ) from None
        finally:
            connection.close()
