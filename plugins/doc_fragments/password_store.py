# Copyright: (c) 2026, cloudserver.compute contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where passwords are stored, and which of them stay."""

    DOCUMENTATION = r"""
options:
  store:
    description:
      - The place of the passwords, a file on the controller or HashiCorp Vault.
    type: dict
    suboptions:
      path:
        description:
          - A file on the controller, in a folder that exists. V(~) is a home folder, and a relative path is relative to
            the folder that C(ansible-playbook) was started in.
          - The file is encrypted by Ansible Vault, readable for its owner alone, and replaced as a whole. A lock on a
            file of its name with C(.lock) appended makes runs on one machine take turns.
        type: str
      vault_id:
        description:
          - The vault id of the run that encrypts O(store.path). By default the first one that the run has. It is
            decrypted by any of them.
        type: str
      vault_password_file:
        description:
          - A file with the vault password for O(store.path), or a program that prints it. By default the vault
            passwords of the run count, those of C(--vault-id), of C(--vault-password-file) or of AWX's vault
            credentials.
        type: str
      allow_plain_text:
        description:
          - Leaves O(store.path) without encryption. Without it, a file that is not encrypted is refused.
        type: bool
        default: false
      lock_timeout:
        description:
          - How many seconds to wait for other runs that are writing O(store.path).
        type: float
        default: 60
      hashi_vault:
        description:
          - A KV engine of version 2 of HashiCorp Vault, where each server has a secret of its own. It needs the
            collection C(community.hashi_vault), whose variables and environment variables such as E(VAULT_ADDR) and
            E(VAULT_TOKEN) count for what is not given here.
          - Each write names the version that was read, so that nothing that another run wrote is lost.
        type: dict
        suboptions:
          mount_point:
            description:
              - Where the engine is mounted.
            type: str
            default: secret
          path:
            description:
              - The path below which the secrets are, each named by the id of its server.
            type: str
            required: true
          url:
            description:
              - The address of the Vault.
            type: str
          auth_method:
            description:
              - How to log in, as C(community.hashi_vault) names it.
            type: str
          role_id:
            description:
              - The role of the login methods that have one.
            type: str
          namespace:
            description:
              - The namespace.
            type: str
          ca_cert:
            description:
              - A file of certificates to verify the Vault's certificate by.
            type: str
          validate_certs:
            description:
              - Whether to verify it.
            type: bool
          timeout:
            description:
              - How many seconds to wait for an answer of the Vault.
            type: int
  password_variable:
    description:
      - The name of a variable that holds one password for all servers. By default each server gets one of its own,
        which is generated.
    type: str
  length:
    description:
      - How many characters a generated password has, 12 to 26. It satisfies the rules of all platforms.
    type: int
    default: 20
  keep_last:
    description:
      - How many earlier passwords of a server to keep that a later one has superseded, for servers that are restored
        from a backup. A password is superseded when a later one is confirmed in force and no attempt to set the
        earlier one can be under way any more. Passwords that are not superseded always stay.
    type: int
    default: 1
notes:
  - This is an action plugin that runs on the controller, in the playbook's own worker. Passwords are in none of its
    arguments, and it starts no process and writes no temporary file that holds one in clear.
"""
