# SPDX-License-Identifier: EUPL-1.2
"""Everything that leaves the product on paper or as PDF: letters, registers, minute sheets, stamps. No database."""
