# SPDX-License-Identifier: EUPL-1.2
"""The sweep: every minute, look after what a killed worker left, in every body. It carries no lock of its own."""

from __future__ import annotations

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app

from mukatabat.audit import checking
from mukatabat.directory.models import Body
from mukatabat.exchange.jobs import sweep as sweep_exchange
from mukatabat.letters.jobs import sweep as sweep_letters
from mukatabat.notify.jobs import sweep as sweep_notices
from mukatabat.portal.jobs import sweep as sweep_portal
from mukatabat.signing import jobs as signing
from mukatabat.tenancy.rules import system_actor
from mukatabat.vault import jobs as vault
from mukatabat.vault.holding import foreign_keys
from mukatabat.web.ledger import reconcile_body

STALLED_AFTER = 30
"""Seconds without a heartbeat of its worker after which a running job is run again."""

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="web.sweep", queueing_lock="web.sweep", pass_context=True)
async def sweep_jobs(context: JobContext, timestamp: int) -> None:
    """Run again every job whose worker died, then order the bodies' sweep."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        logger.warning("job %s (%s) stalled; it runs again", job.id, job.task_name)
        await manager.retry_job(job)
    await sweep_bodies.configure(queueing_lock=f"sweep {timestamp}").defer_async()


@app.periodic(cron="*/10 * * * *")
@app.task(name="web.check_new_links", queueing_lock="web.check_new_links", lock="web.check_trail")
def check_new_links(timestamp: int) -> None:
    """Check what was chained since the last check."""
    checking.check_trail(Body.objects.values_list("id", "realm"), full=False)


@app.periodic(cron="20 2 * * *")
@app.task(name="web.check_whole_trail", queueing_lock="web.check_whole_trail", lock="web.check_trail")
def check_whole_trail(timestamp: int) -> None:
    """Check the chain from its first link, once a night."""
    check_trail(full=1)


@app.periodic(cron="10 4 * * *")
@app.task(name="web.look_at_certificates", queueing_lock="web.look_at_certificates")
def look_at_certificates(timestamp: int) -> None:
    """Tell signers whose certificate ends soon, and whoever reads the log of seals and the node, once a day."""
    signing.look_at_certificates()
    vault.look_at_certificates()


@app.periodic(cron="*/15 * * * *")
@app.task(name="web.fetch_revocation_lists", queueing_lock="web.fetch_revocation_lists")
def fetch_revocation_lists(timestamp: int) -> None:
    """Fetch what the authorities have withdrawn, for the bundles of evidence, and note what of it is in use here."""
    vault.fetch_revocation_lists()


@app.task(name="web.check_trail")
def check_trail(full: int) -> None:
    """Check the chain because somebody ordered it."""
    found = checking.check_trail(Body.objects.values_list("id", "realm"), full=bool(full))
    if found.faults:
        logger.error("the audit trail has %d faults, the first: %s", len(found.faults), found.faults[0])


@app.periodic(cron="40 2 * * *")
@app.task(name="web.reconcile_bodies", queueing_lock="web.reconcile_bodies", lock="web.reconcile_bodies")
def reconcile_bodies(timestamp: int) -> None:
    """Let every body compare what it holds with the log, and the keys listed for it with its trail, once a night."""
    for body_id, realm in Body.objects.values_list("id", "realm"):
        actor = system_actor("ledger.reconciler", body_id=body_id, realm=realm)
        try:
            if foreign := foreign_keys(actor):
                logger.error("the directory lists keys that body %s did not make: %s", body_id, ", ".join(foreign))
            found = reconcile_body(actor)
        except Exception:
            logger.exception("the body %s could not compare itself with the log", body_id)
            continue
        if found is not None and found.missing:
            logger.error("the log lacks %d evidences of the body %s", len(found.missing), body_id)


@app.task(name="web.sweep_bodies")
def sweep_bodies() -> None:
    """Carry what lies in outboxes, and end issues whose signature did not come; one body's fault stops no other."""
    for body_id in Body.objects.values_list("id", flat=True):
        try:
            sweep_letters(body_id)
            sweep_exchange(body_id)
            vault.sweep(body_id)
            sweep_portal(body_id)
            sweep_notices(body_id)
        except Exception:
            logger.exception("the sweep of body %s failed", body_id)
