# SPDX-License-Identifier: EUPL-1.2
"""The `mukatabat` command line (`./run cli …`): what an administrator and an auditor ask of an installation."""
