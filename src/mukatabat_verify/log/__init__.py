# SPDX-License-Identifier: EUPL-1.2
"""The mathematics of a transparency log: Merkle trees and proofs, signed checkpoints and witnesses. No storage."""
