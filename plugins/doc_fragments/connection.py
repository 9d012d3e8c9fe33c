# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How a task reaches its cloud."""

    DOCUMENTATION = r"""
options:
  platform:
    description:
      - The kind of cloud.
      - Also read from C(cloudserver_platform) of the O(cloud) in C(clouds.yaml).
      - Read from the environment variable E(CLOUDSERVER_PLATFORM) if not set here.
    type: str
    choices: [huaweicloud, easystack, ustack, openstack]
  cloud:
    description:
      - The name of a cloud in C(clouds.yaml) (and C(secure.yaml) beside it), looked up in the working directory,
        C(~/.config/openstack) and C(/etc/openstack), or at E(OS_CLIENT_CONFIG_FILE).
      - Credentials of the environment are not mixed into a cloud that is named here; they win over the file for one
        that is named by E(OS_CLOUD).
      - Needs the Python library C(PyYAML).
      - Read from the environment variable E(OS_CLOUD) if not set here.
    type: str
  region:
    description:
      - The region. On V(huaweicloud) it is required; elsewhere only where the service catalog has several.
      - On V(huaweicloud) read from the environment variable E(HW_REGION_NAME) if not set here.
      - Then, and on the other platforms, from E(OS_REGION_NAME).
    type: str
    aliases: [region_name]
  interface:
    description:
      - Which endpoint of the service catalog to use; V(public) by default.
      - Read from the environment variables E(OS_INTERFACE), E(OS_ENDPOINT_TYPE) if not set here.
    type: str
    aliases: [endpoint_type]
    choices: [public, internal, admin]
  endpoint:
    description:
      - The compute service's URL, where it is not to be found out from the service catalog or, on V(huaweicloud),
        from the region.
      - Read from the environment variable E(OS_COMPUTE_ENDPOINT_OVERRIDE) if not set here.
    type: str
  endpoints:
    description:
      - The URLs of single services, which count more than the service catalog.
      - Each is also read from C(SERVICE_endpoint_override) of the O(cloud) in C(clouds.yaml) and from
        C(OS_SERVICE_ENDPOINT_OVERRIDE) of the environment, where SERVICE is the suboption's name, for
        O(endpoints.volume) C(block_storage) too.
    type: dict
    suboptions:
      compute:
        description: The compute service's URL, the same as O(endpoint).
        type: str
      image:
        description: The image service's URL, with or without C(/v2).
        type: str
      network:
        description: The network service's URL, with or without C(/v2.0).
        type: str
      identity:
        description: The identity service's URL for everything but authentication, which goes to O(auth.auth_url).
        type: str
      volume:
        description: The block storage service's URL.
        type: str
  allow_plain_http:
    description:
      - Whether credentials may be sent to C(http://) addresses, of the options or of the service catalog.
      - V(true) allows it, V(false) refuses it; by default it is done with a warning. Addresses of this machine are
        always allowed.
      - Also read from C(cloudserver_allow_plain_http) of the O(cloud) in C(clouds.yaml).
      - Read from the environment variable E(CLOUDSERVER_ALLOW_PLAIN_HTTP) if not set here.
    type: bool
  validate_certs:
    description:
      - Whether to verify TLS certificates; V(true) by default.
      - If not set here, the environment variable E(OS_INSECURE), and on V(huaweicloud) E(HW_INSECURE) before it, turns
        it off with V(true).
    type: bool
    aliases: [verify]
  ca_cert:
    description:
      - A file of CA certificates to verify with.
      - Read from the environment variable E(OS_CACERT) if not set here.
    type: path
    aliases: [cacert]
  client_cert:
    description:
      - A file with the client's certificate.
      - Read from the environment variable E(OS_CERT) if not set here.
    type: path
    aliases: [cert]
  client_key:
    description:
      - A file with the client certificate's key.
      - Read from the environment variable E(OS_KEY) if not set here.
    type: path
    aliases: [key]
  api_timeout:
    description:
      - How many seconds one request may take, from connecting to the last byte of the answer; V(60) by default. A
        retry after a timeout doubles the timeout.
      - An answer of more than 64 MiB, decompressed, is not read and fails the request.
      - Read from the environment variable E(CLOUDSERVER_API_TIMEOUT) if not set here.
    type: float
  api_retries:
    description:
      - How often a request is repeated that can be repeated without harm; V(4) by default.
      - Read from the environment variable E(CLOUDSERVER_API_RETRIES) if not set here.
    type: int
  token_cache:
    description:
      - Keeps tokens between tasks in files that only their owner can read; off by default.
      - V(true) uses C(~/.cache/cloudserver.compute), a path another directory.
      - Read from the environment variable E(CLOUDSERVER_TOKEN_CACHE) if not set here.
    type: str
  auth:
    description:
      - The credentials, by one method; a password, an application credential, a token, or an access key.
    type: dict
    suboptions:
      auth_url:
        description:
          - The identity service's URL, with or without C(/v3). On V(huaweicloud) known from the region.
          - On V(huaweicloud) read from the environment variable E(HW_AUTH_URL) if not set here.
          - Then, and on the other platforms, from E(OS_AUTH_URL).
        type: str
      username:
        description:
          - The user's name.
          - On V(huaweicloud) read from the environment variable E(HW_USER_NAME) if not set here.
          - Then, and on the other platforms, from E(OS_USERNAME).
        type: str
      user_id:
        description:
          - The user's id, instead of O(auth.username).
          - On V(huaweicloud) read from the environment variable E(HW_USER_ID) if not set here.
          - Then, and on the other platforms, from E(OS_USER_ID).
        type: str
      password:
        description:
          - The user's password.
          - On V(huaweicloud) read from the environment variable E(HW_USER_PASSWORD) if not set here.
          - Then, and on the other platforms, from E(OS_PASSWORD).
        type: str
      user_domain_name:
        description:
          - The user's domain by name, on V(huaweicloud) the account; C(Default) where it is not given on the other
            platforms.
          - On V(huaweicloud) read from the environment variable E(HW_DOMAIN_NAME) if not set here.
          - Then, and on the other platforms, from E(OS_USER_DOMAIN_NAME).
        type: str
      user_domain_id:
        description:
          - The user's domain by id.
          - On V(huaweicloud) read from the environment variable E(HW_DOMAIN_ID) if not set here.
          - Then, and on the other platforms, from E(OS_USER_DOMAIN_ID).
        type: str
      project_name:
        description:
          - The project by name; on V(huaweicloud) the region's own project by default.
          - On V(huaweicloud) read from the environment variable E(HW_PROJECT_NAME) if not set here.
          - Then, and on the other platforms, from E(OS_PROJECT_NAME), E(OS_TENANT_NAME).
        type: str
      project_id:
        description:
          - The project by id.
          - On V(huaweicloud) read from the environment variables E(HUAWEICLOUD_SDK_PROJECT_ID), E(HW_PROJECT_ID) if
            not set here.
          - Then, and on the other platforms, from E(OS_PROJECT_ID), E(OS_TENANT_ID).
        type: str
      project_domain_name:
        description:
          - The project's domain by name.
          - Read from the environment variable E(OS_PROJECT_DOMAIN_NAME) if not set here.
        type: str
      project_domain_id:
        description:
          - The project's domain by id.
          - Read from the environment variable E(OS_PROJECT_DOMAIN_ID) if not set here.
        type: str
      application_credential_id:
        description:
          - An application credential by id.
          - Read from the environment variable E(OS_APPLICATION_CREDENTIAL_ID) if not set here.
        type: str
      application_credential_name:
        description:
          - An application credential by name, with its user.
          - Read from the environment variable E(OS_APPLICATION_CREDENTIAL_NAME) if not set here.
        type: str
      application_credential_secret:
        description:
          - The application credential's secret.
          - Read from the environment variable E(OS_APPLICATION_CREDENTIAL_SECRET) if not set here.
        type: str
      token:
        description:
          - A token that is ready to use.
          - On V(huaweicloud) read from the environment variable E(HW_AUTH_TOKEN) if not set here.
          - Then, and on the other platforms, from E(OS_TOKEN), E(OS_AUTH_TOKEN).
        type: str
      access_key:
        description:
          - The id of an access key (AK) of V(huaweicloud), which signs the requests.
          - On V(huaweicloud) read from the environment variables E(HUAWEICLOUD_SDK_AK), E(HW_ACCESS_KEY),
            E(CLOUD_SDK_AK) if not set here.
          - Then, and on the other platforms, from E(OS_ACCESS_KEY).
        type: str
      secret_key:
        description:
          - The access key's secret (SK).
          - On V(huaweicloud) read from the environment variables E(HUAWEICLOUD_SDK_SK), E(HW_SECRET_KEY),
            E(CLOUD_SDK_SK) if not set here.
          - Then, and on the other platforms, from E(OS_SECRET_KEY).
        type: str
      security_token:
        description:
          - The token that belongs to a temporary access key.
          - On V(huaweicloud) read from the environment variables E(HUAWEICLOUD_SDK_SECURITY_TOKEN),
            E(HW_SECURITY_TOKEN) if not set here.
          - Then, and on the other platforms, from E(OS_SECURITY_TOKEN).
        type: str
requirements:
  - requests
notes:
  - Each option is read from the task, then from the environment, then from C(clouds.yaml).
  - Set them once for all tasks with C(module_defaults) of C(group/cloudserver.compute.compute).
"""
