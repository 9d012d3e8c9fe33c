# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The store of passwords, and the number of passwords to keep."""

    DOCUMENTATION = r"""
options:
  store:
    description:
      - The store of the passwords. It is a file on the controller or HashiCorp Vault.
    type: dict
    suboptions:
      path:
        description:
          - The path of a file on the controller. Its directory must exist. V(~) is expanded to the home directory. A
            relative path is relative to the directory in which C(ansible-playbook) was started.
          - The file is encrypted with Ansible Vault, readable only for its owner, and replaced atomically. A lock file
            with the suffix C(.lock) serializes runs on one machine.
        type: str
      vault_id:
        description:
          - The vault id that encrypts O(store.path). The default is the first vault id of the run. Any vault id of the
            run can decrypt it.
        type: str
      vault_password_file:
        description:
          - A file with the vault password for O(store.path), or a program that prints it. By default the vault
            passwords of the run are used. They come from C(--vault-id), C(--vault-password-file) or the vault
            credentials of AWX.
        type: str
      allow_plain_text:
        description:
          - Does not encrypt O(store.path). With V(false), an unencrypted file is rejected.
        type: bool
        default: false
      lock_timeout:
        description:
          - Maximum number of seconds to wait for the lock of O(store.path).
        type: float
        default: 60
      hashi_vault:
        description:
          - A KV secrets engine version 2 of HashiCorp Vault. Each server has its own secret. It needs the collection
            C(community.hashi_vault). Its variables, and environment variables such as E(VAULT_ADDR) and E(VAULT_TOKEN),
            apply to options that are not set.
          - Each write uses check-and-set with the version that was read, so that no write of another run is lost.
        type: dict
        suboptions:
          mount_point:
            description:
              - The mount point of the secrets engine.
            type: str
            default: secret
          path:
            description:
              - The path of the secrets. The name of each secret is the id of its server.
            type: str
            required: true
          url:
            description:
              - The URL of HashiCorp Vault.
            type: str
          auth_method:
            description:
              - The authentication method, with the names of C(community.hashi_vault).
            type: str
          role_id:
            description:
              - The role, for authentication methods that use one.
            type: str
          namespace:
            description:
              - The namespace in HashiCorp Vault.
            type: str
          ca_cert:
            description:
              - The path of a file with CA certificates for the connection.
            type: str
          validate_certs:
            description:
              - Whether to verify the TLS certificate of HashiCorp Vault.
            type: bool
          timeout:
            description:
              - Maximum number of seconds to wait for a response of HashiCorp Vault.
            type: int
  password_variable:
    description:
      - The name of a variable with one password for all servers. By default the module generates a different password
        for each server.
    type: str
  length:
    description:
      - The number of characters of a generated password, 12 to 26. Generated passwords satisfy the rules of all
        platforms.
    type: int
    default: 20
  keep_last:
    description:
      - The number of superseded passwords to keep for each server, for servers that are restored from a backup. A
        password is superseded when a later password is confirmed in force and no request with the earlier password is
        in progress. Other passwords are always kept.
    type: int
    default: 1
notes:
  - This is an action plugin. It runs on the controller, in the worker process of the playbook. Its arguments contain no
    passwords. It starts no process and writes no temporary file with an unencrypted password.
"""
