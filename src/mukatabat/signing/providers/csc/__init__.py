# SPDX-License-Identifier: EUPL-1.2
"""Keys of persons at a trust service provider, by the Cloud Signature Consortium's API, version 2 (ETSI TS 119 432).

Sections are quoted as they stand in "Architectures and protocols for remote signature applications", CSC API v2.0.
"""
