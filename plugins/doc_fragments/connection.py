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
      - Also read from C(cloudserver_platform) of the O(cloud) in C(clouds.yaml), and then from the environment variable
        E(CLOUDSERVER_PLATFORM). If only E(OS_CLOUD) selects the cloud, the environment variable comes first.
    type: str
    choices: [huaweicloud, easystack, ustack, openstack]
  cloud:
    description:
      - The name of a cloud in C(clouds.yaml), and in C(secure.yaml) in the same directory. The files are searched in
        the working directory, C(~/.config/openstack) and C(/etc/openstack), or at E(OS_CLIENT_CONFIG_FILE).
      - If this option is set, credentials in environment variables are ignored. If only E(OS_CLOUD) is set, they take
        precedence over the file.
      - Its C(profile) is searched in C(clouds-public.yaml), in an installed C(openstacksdk), and at the URL that it is.
      - Needs the Python library C(PyYAML).
      - Read from the environment variable E(OS_CLOUD) if not set here.
    type: str
  region:
    description:
      - The region. Required on V(huaweicloud). On the other platforms it is required only if the service catalog
        contains several regions.
      - On V(huaweicloud) read from the environment variable E(HW_REGION_NAME) if not set here.
      - Then, and on the other platforms, from E(OS_REGION_NAME).
    type: str
    aliases: [region_name]
  interface:
    description:
      - The endpoint of the service catalog to use. The default is V(public).
      - Read from the environment variables E(OS_INTERFACE), E(OS_ENDPOINT_TYPE) if not set here.
    type: str
    aliases: [endpoint_type]
    choices: [public, internal, admin]
  endpoint:
    description:
      - The URL of the compute service. It replaces the URL from the service catalog or, on V(huaweicloud), from the
        region.
      - Read from the environment variable E(OS_COMPUTE_ENDPOINT_OVERRIDE) if not set here.
    type: str
  endpoints:
    description:
      - The URLs of single services. They take precedence over the service catalog.
      - Each URL is also read from C(SERVICE_endpoint_override) of the O(cloud) in C(clouds.yaml), and from the
        environment variable C(OS_SERVICE_ENDPOINT_OVERRIDE). SERVICE is the name of the suboption. For
        O(endpoints.volume) it may also be C(block_storage).
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
      metadata:
        description:
          - The metadata service's URL for O(auth.ecs_agency) on V(huaweicloud). The default is
            C(http://169.254.169.254).
        type: str
      keypair:
        description:
          - The URL of the key pair service (KPS) of V(huaweicloud), which is on the host of C(kms).
          - V(none) is for a cloud without it. Then the key pairs of the compute service are used. They are also used,
            with a warning, if the host name of the service does not exist or its API gateway does not know the service,
            unless this option has a URL.
        type: str
  cloud_domain:
    description:
      - The domain of the services' URLs on V(huaweicloud), as in C(ecs.REGION.DOMAIN).
      - The default is C(myhuaweicloud.com), and C(myhuaweicloud.eu) for the identity service of C(eu-west-101).
      - Also read from C(cloud_domain) of the O(cloud) in C(clouds.yaml).
      - Read from the environment variable E(HW_CLOUD) on V(huaweicloud) if not set here.
    type: str
  enterprise_project_id:
    description:
      - The enterprise project on V(huaweicloud), V(0) for the default one, or V(all_granted_eps) for all that the user
        may see.
      - Lists and polls are limited to it, and new servers belong to it. A user who is limited to an enterprise project
        needs it, and finds the images of it and those that belong to none.
      - Also read from C(enterprise_project_id) of the O(cloud) in C(clouds.yaml).
      - Read from the environment variable E(HW_ENTERPRISE_PROJECT_ID) on V(huaweicloud) if not set here.
    type: str
  allow_plain_http:
    description:
      - Whether to send credentials to C(http://) URLs from the options or the service catalog.
      - V(true) permits it and V(false) rejects it. By default the task warns. URLs of the local machine are always
        permitted.
      - Also read from C(cloudserver_allow_plain_http) of the O(cloud) in C(clouds.yaml).
      - Read from the environment variable E(CLOUDSERVER_ALLOW_PLAIN_HTTP) if not set here.
    type: bool
  validate_certs:
    description:
      - Whether to verify TLS certificates. The default is V(true).
      - If not set here, the value V(true) of the environment variable E(OS_INSECURE) turns the verification off. On
        V(huaweicloud) E(HW_INSECURE) takes precedence over it.
    type: bool
    aliases: [verify]
  ca_cert:
    description:
      - The path of a file with CA certificates.
      - Read from the environment variable E(OS_CACERT) if not set here.
    type: path
    aliases: [cacert]
  client_cert:
    description:
      - The path of the client certificate.
      - Read from the environment variable E(OS_CERT) if not set here.
    type: path
    aliases: [cert]
  client_key:
    description:
      - The path of the key of the client certificate.
      - Read from the environment variable E(OS_KEY) if not set here.
    type: path
    aliases: [key]
  api_timeout:
    description:
      - Maximum number of seconds of one request, from the connection to the last byte of the response. The default is
        V(60). A retry after a timeout doubles the timeout.
      - The request fails if the decompressed response is larger than 64 MiB.
      - Read from the environment variable E(CLOUDSERVER_API_TIMEOUT) if not set here.
    type: float
  api_retries:
    description:
      - How many times to retry a request that is safe to repeat. The default is V(4).
      - Read from the environment variable E(CLOUDSERVER_API_RETRIES) if not set here, then on V(huaweicloud) from
        E(HW_MAX_RETRIES).
    type: int
  token_cache:
    description:
      - Where tokens and facts about the cloud are kept between tasks, in files that only their owner can read.
      - V(run), the default, keeps them until the run of Ansible ends, in its private temporary folder, for the tasks
        that run in its own process, and for the inventory plugin. Only tasks with the same credentials share a token.
      - V(true) keeps them for later runs, too, in the directory C(~/.cache/cloudserver.compute). A path sets another
        directory.
      - V(false) does not keep them.
      - Read from the environment variable E(CLOUDSERVER_TOKEN_CACHE) if not set here.
    type: str
  auth:
    description:
      - The credentials of one method. The methods are a password, an application credential, a token and an access key.
      - Other methods are logins of the Python library C(keystoneauth1). Select one with O(auth.auth_type).
      - On V(huaweicloud) they are also read from the files of the vendor's own tools. See the guide on authentication.
    type: dict
    suboptions:
      auth_url:
        description:
          - The URL of the identity service, with or without C(/v3). On V(huaweicloud) the default is derived from the
            region.
          - On V(huaweicloud) read from the environment variables E(HUAWEICLOUD_SDK_IAM_ENDPOINT), E(HW_AUTH_URL) if
            not set here.
          - Then, and on the other platforms, from E(OS_AUTH_URL).
        type: str
      auth_type:
        description:
          - The method, by its name in C(clouds.yaml). The methods V(v3password), V(v3totp),
            V(v3applicationcredential) and V(v3token) are built in, and so is V(v3multifactor) with a
            password and a passcode. Each other one, such as V(v3oidcpassword), is a login of
            C(keystoneauth1) and needs this library. Only the built-in ones are supported on V(huaweicloud).
            The default is the method of the secret that is set.
          - Read from the environment variables E(OS_AUTH_TYPE), E(OS_AUTH_PLUGIN) if not set here.
        type: str
      auth_methods:
        description:
          - The methods that V(v3multifactor) combines.
          - Read from the environment variable E(OS_AUTH_METHODS) if not set here.
        type: list
        elements: str
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
      passcode:
        description:
          - The current time-based one-time password (TOTP) of the user. With O(auth.password), both are
            sent. It is valid for about 30 seconds, and the token of the run is used until it ends. Not
            supported on V(huaweicloud).
          - Read from the environment variable E(OS_PASSCODE) if not set here.
        type: str
      user_domain_name:
        description:
          - The name of the user's domain. On V(huaweicloud) it is the account. On the other platforms the default is
            C(Default).
          - On V(huaweicloud) read from the environment variable E(HW_DOMAIN_NAME) if not set here.
          - Then, and on the other platforms, from E(OS_USER_DOMAIN_NAME).
        type: str
      user_domain_id:
        description:
          - The id of the user's domain.
          - On V(huaweicloud) read from the environment variable E(HW_DOMAIN_ID) if not set here.
          - Then, and on the other platforms, from E(OS_USER_DOMAIN_ID).
        type: str
      project_name:
        description:
          - The name of the project. On V(huaweicloud) the default is the project of the region.
          - On V(huaweicloud) read from the environment variable E(HW_PROJECT_NAME) if not set here.
          - Then, and on the other platforms, from E(OS_PROJECT_NAME), E(OS_TENANT_NAME).
        type: str
      project_id:
        description:
          - The id of the project.
          - On V(huaweicloud) read from the environment variables E(HUAWEICLOUD_SDK_PROJECT_ID), E(HW_PROJECT_ID) if
            not set here.
          - Then, and on the other platforms, from E(OS_PROJECT_ID), E(OS_TENANT_ID).
        type: str
      project_domain_name:
        description:
          - The name of the project's domain.
          - Read from the environment variable E(OS_PROJECT_DOMAIN_NAME) if not set here.
        type: str
      project_domain_id:
        description:
          - The id of the project's domain.
          - Read from the environment variable E(OS_PROJECT_DOMAIN_ID) if not set here.
        type: str
      trust_id:
        description:
          - The id of a trust, whose project and roles are used instead of a project. Not supported on
            V(huaweicloud).
          - Read from the environment variable E(OS_TRUST_ID) if not set here.
        type: str
      system_scope:
        description:
          - V(all) uses a token for the whole system instead of a project. Compute services of 2023 and later refuse
            it for most operations. Not supported on V(huaweicloud).
          - Read from the environment variable E(OS_SYSTEM_SCOPE) if not set here.
        type: str
      domain_id:
        description:
          - The id of the domain of the user and the project. Without a project, the token is for this
            domain. Not supported on V(huaweicloud).
          - Read from the environment variable E(OS_DOMAIN_ID) if not set here.
        type: str
      domain_name:
        description:
          - The name of the domain of the user and the project. Without a project, the token is for this
            domain. Not supported on V(huaweicloud).
          - Read from the environment variable E(OS_DOMAIN_NAME) if not set here.
        type: str
      application_credential_id:
        description:
          - The id of the application credential.
          - Read from the environment variable E(OS_APPLICATION_CREDENTIAL_ID) if not set here.
        type: str
      application_credential_name:
        description:
          - The name of the application credential. It also needs the user.
          - Read from the environment variable E(OS_APPLICATION_CREDENTIAL_NAME) if not set here.
        type: str
      application_credential_secret:
        description:
          - The application credential's secret.
          - Read from the environment variable E(OS_APPLICATION_CREDENTIAL_SECRET) if not set here.
        type: str
      token:
        description:
          - A valid token.
          - On V(huaweicloud) read from the environment variable E(HW_AUTH_TOKEN) if not set here.
          - Then, and on the other platforms, from E(OS_TOKEN), E(OS_AUTH_TOKEN).
        type: str
      access_key:
        description:
          - The access key id (AK) that signs requests on V(huaweicloud).
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
          - The security token of a temporary access key.
          - On V(huaweicloud) read from the environment variables E(HUAWEICLOUD_SDK_SECURITY_TOKEN),
            E(HW_SECURITY_TOKEN) if not set here.
          - Then, and on the other platforms, from E(OS_SECURITY_TOKEN).
        type: str
      ecs_agency:
        description:
          - Whether to sign requests on V(huaweicloud) with the temporary keys of the agency of the server on which the
            task runs. They are renewed before they end.
          - Read from the environment variable E(CLOUDSERVER_ECS_AGENCY) if not set here.
        type: bool
      agency_name:
        description:
          - The agency on V(huaweicloud) whose temporary keys sign the requests. The access key or O(auth.ecs_agency)
            only requests them. They are renewed before they end.
          - It needs O(auth.agency_domain_name) or O(auth.agency_domain_id). The project is one of that account.
          - Read from the environment variable E(HW_ASSUME_ROLE_AGENCY_NAME) on V(huaweicloud) if no option of the
            agency is set here.
        type: str
      agency_domain_name:
        description:
          - The name of the account that created the agency.
          - Read from the environment variable E(HW_ASSUME_ROLE_DOMAIN_NAME) on V(huaweicloud) if no option of the
            agency is set here.
        type: str
      agency_domain_id:
        description:
          - The id of the account that created the agency. It takes precedence over O(auth.agency_domain_name).
          - Read from the environment variable E(HW_ASSUME_ROLE_DOMAIN_ID) on V(huaweicloud) if no option of the
            agency is set here.
        type: str
      agency_duration:
        description:
          - The validity of each temporary key of the agency in seconds, from 900 to 86400. The default is V(3600).
          - Read from the environment variable E(HW_ASSUME_ROLE_DURATION) on V(huaweicloud) if no option of the agency
            is set here.
        type: int
      credentials_file:
        description:
          - The path of a file of the Huawei Cloud SDK with C(ak) and C(sk) in the section C([basic]).
          - The default is C(~/.huaweicloud/credentials), if no other place has credentials.
          - Read from the environment variable E(HUAWEICLOUD_SDK_CREDENTIALS_FILE) on V(huaweicloud) if not set here.
        type: path
      shared_config_file:
        description:
          - The path of a configuration file of KooCLI (C(hcloud)), which must not be encrypted.
          - The default is C(~/.hcloud/config.json), if O(auth.profile) is set or no other place has credentials.
          - Read from the environment variable E(HW_SHARED_CONFIG_FILE) on V(huaweicloud) if not set here.
        type: path
      profile:
        description:
          - The profile of O(auth.shared_config_file). The default is its current profile.
          - Read from the environment variable E(HW_PROFILE) on V(huaweicloud) if not set here.
        type: str
      identity_provider:
        description:
          - Only for logins of keystoneauth1. The identity provider, as Keystone calls it.
          - Read from the environment variable E(OS_IDENTITY_PROVIDER) if not set here.
        type: str
      protocol:
        description:
          - Only for logins of keystoneauth1. The federation protocol, as Keystone calls it.
          - Read from the environment variable E(OS_PROTOCOL) if not set here.
        type: str
      client_id:
        description:
          - Only for logins of keystoneauth1. The OAuth 2.0 client id.
          - Read from the environment variable E(OS_CLIENT_ID) if not set here.
        type: str
      client_secret:
        description:
          - Only for logins of keystoneauth1. The OAuth 2.0 client secret.
          - Read from the environment variable E(OS_CLIENT_SECRET) if not set here.
        type: str
      openid_scope:
        description:
          - Only for logins of keystoneauth1. The OpenID Connect scope. The default is C(openid profile).
          - Read from the environment variable E(OS_OPENID_SCOPE) if not set here.
        type: str
      discovery_endpoint:
        description:
          - Only for logins of keystoneauth1. The URL of the OpenID Connect discovery document.
          - Read from the environment variable E(OS_DISCOVERY_ENDPOINT) if not set here.
        type: str
      access_token_endpoint:
        description:
          - Only for logins of keystoneauth1. The URL that issues access tokens.
          - Read from the environment variable E(OS_ACCESS_TOKEN_ENDPOINT) if not set here.
        type: str
      access_token_type:
        description:
          - Only for logins of keystoneauth1. The kind of token to use, C(access_token) or C(id_token).
          - Read from the environment variable E(OS_ACCESS_TOKEN_TYPE) if not set here.
        type: str
      access_token:
        description:
          - Only for logins of keystoneauth1. The access token of V(v3oidcaccesstoken).
          - Read from the environment variable E(OS_ACCESS_TOKEN) if not set here.
        type: str
      code:
        description:
          - Only for logins of keystoneauth1. The authorization code of V(v3oidcauthcode).
          - Read from the environment variable E(OS_CODE) if not set here.
        type: str
      redirect_uri:
        description:
          - Only for logins of keystoneauth1. The redirect URL of V(v3oidcauthcode).
          - Read from the environment variable E(OS_REDIRECT_URI) if not set here.
        type: str
      idp_otp_key:
        description:
          - Only for logins of keystoneauth1. The name of the parameter with the one-time password of
            V(v3oidcpassword).
          - Read from the environment variable E(OS_IDP_OTP_KEY) if not set here.
        type: str
      oauth2_endpoint:
        description:
          - Only for logins of keystoneauth1. The URL that issues tokens for V(v3oauth2clientcredential).
          - Read from the environment variable E(OS_OAUTH2_ENDPOINT) if not set here.
        type: str
      oauth2_client_id:
        description:
          - Only for logins of keystoneauth1. The client id of V(v3oauth2clientcredential).
          - Read from the environment variable E(OS_OAUTH2_CLIENT_ID) if not set here.
        type: str
      oauth2_client_secret:
        description:
          - Only for logins of keystoneauth1. The client secret of V(v3oauth2clientcredential).
          - Read from the environment variable E(OS_OAUTH2_CLIENT_SECRET) if not set here.
        type: str
      identity_provider_url:
        description:
          - Only for logins of keystoneauth1. The URL of the identity provider of V(v3samlpassword) and
            V(v3adfspassword).
          - Read from the environment variable E(OS_IDENTITY_PROVIDER_URL) if not set here.
        type: str
      service_provider_endpoint:
        description:
          - Only for logins of keystoneauth1. The endpoint of the service provider of V(v3adfspassword).
          - Read from the environment variable E(OS_SERVICE_PROVIDER_ENDPOINT) if not set here.
        type: str
      service_provider_entity_id:
        description:
          - Only for logins of keystoneauth1. The id of the service provider of V(v3adfspassword).
          - Read from the environment variable E(OS_SERVICE_PROVIDER_ENTITY_ID) if not set here.
        type: str
      mutual_auth:
        description:
          - Only for logins of keystoneauth1. The mutual authentication of V(v3kerberos), C(required),
            C(optional) or C(disabled).
          - Read from the environment variable E(OS_MUTUAL_AUTH) if not set here.
        type: str
requirements:
  - requests
notes:
  - Each option is read from the task, then from the environment variables, then from C(clouds.yaml).
  - Use C(module_defaults) of C(group/cloudserver.compute.compute) to set the options for all tasks.
"""
