# SPDX-License-Identifier: EUPL-1.2
"""The channels: e-mail by SMTP, an HTTP gateway (SMS, or a hub of notices), and the loud one of development."""
