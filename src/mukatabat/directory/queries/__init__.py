# SPDX-License-Identifier: EUPL-1.2
"""What the directory answers. It is shared: every signed-in person may read it, so no query takes an actor."""

from mukatabat.directory.queries.bodies import (
    addressable_bodies,
    addressable_posts,
    body,
    body_by_code,
    body_name,
    body_names,
    holidays,
    recipient_level,
    require_addressable,
    require_addressable_post,
    search_bodies,
)
from mukatabat.directory.queries.mandates import mandate_for, mandates_of
from mukatabat.directory.queries.people import (
    UnitNode,
    absence_of,
    heads_of_unit,
    holders_of,
    people_of_unit,
    person,
    person_names,
    posts_held,
    registry_unit,
    trays_covered_by,
    unit_tree,
)

__all__ = [
    "UnitNode",
    "absence_of",
    "addressable_bodies",
    "addressable_posts",
    "body",
    "body_by_code",
    "body_name",
    "body_names",
    "heads_of_unit",
    "holders_of",
    "holidays",
    "mandate_for",
    "mandates_of",
    "people_of_unit",
    "person",
    "person_names",
    "posts_held",
    "recipient_level",
    "registry_unit",
    "require_addressable",
    "require_addressable_post",
    "search_bodies",
    "trays_covered_by",
    "unit_tree",
]
