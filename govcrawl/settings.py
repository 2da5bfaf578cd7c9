"""Scrapy settings of a worker.  This file is the manual: every key with its unit, its default and the reason.

Environment: ``REDIS_URL``, ``MONGODB_URI`` (production's stores; these and the privacy key may lie in files instead, named by
``REDIS_URL_FILE`` and so on), ``GOVCRAWL_HOME`` (folder of the embedded stores, evidence and logs;
``./.govcrawl``), ``GOVCRAWL_MONITOR`` (name of the place whose network this machine uses; the host's name: give machines behind one
line the same, for they are one witness), ``GOVCRAWL_PRIVACY_KEY`` (secret words behind the hashes of persons' numbers; the same on all
machines, else the same number isn't known again; ``GOVCRAWL_HOME/privacy.key``, made once), ``GOVCRAWL_USER_AGENT`` (how the monitor
names itself; give a contact), ``GOVCRAWL_CHROMIUM`` (the browser), ``GOVCRAWL_SOFFICE`` (LibreOffice, for bulletin.pdf; ``no``: none),
``GOVCRAWL_GRACE_S`` (how long a worker may take to end).
"""

from __future__ import annotations

import os

from govcrawl import credentials, services

BOT_NAME = "govcrawl"
SPIDER_MODULES = ["govcrawl.spiders"]
#: No word that firewalls refuse ("link", "scan", "bot"); sites that refuse monitors can list it.
USER_AGENT = os.environ.get("GOVCRAWL_USER_AGENT", "Mozilla/5.0 (compatible; govcrawl/0.1)")

# --- stores ---
REDIS_URL = credentials.given(
    "REDIS_URL", strict=False
)  # empty: the embedded store, started or joined when a spider starts
MONGODB_URI = credentials.given("MONGODB_URI", strict=False)
REDIS_PARAMS = {
    "socket_timeout": 10.0,  # s; a Redis that hangs must not hold a thread for ever
    "socket_connect_timeout": 5.0,  # s
    "health_check_interval": 30,  # s
}
# folder of the WARC files; of workers on several machines a shared one (NFS), or `govcrawl evidence` is run where the worker was
EVIDENCE_DIR = os.environ.get("GOVCRAWL_EVIDENCE", "") or str(services.home() / "evidence")

# --- the frontier (scrapy-redis's places, our classes) ---
SCHEDULER = "govcrawl.frontier.scheduler.LeaseScheduler"
SCHEDULER_QUEUE_CLASS = "govcrawl.frontier.scheduler.RoundQueue"
DUPEFILTER_CLASS = "govcrawl.frontier.scheduler.PlanDupeFilter"
SCHEDULER_PERSIST = True  # a worker that closes must not empty the queue of all others
LEASE_S = (
    60.0  # s without a sign of life after which a worker's tasks go to others; it gives one every 10 s at the latest
)
REQUEST_LASTS_S = 30.0  # s after which a request of which nothing was heard no longer counts against its host's limit
# s from SIGTERM, by which a worker has ended: requests that are out are waited for, the rest is given back; where something hangs it ends
# itself, and its leases expire.  Whoever kills it after SIGTERM (systemd, Kubernetes, compose, ``run``) must wait 15 s longer
GRACE_S = float(os.environ.get("GOVCRAWL_GRACE_S", "") or 60.0)
LEASES_WAITING = 32  # leases held beyond those being downloaded: parsed and waiting for MongoDB's word
CAMPAIGN = ""  # id of the only campaign that is served; empty: all of them
STOP_WHEN_DONE = False  # True: `scrapy crawl` ends when no round has open tasks; workers wait for the next round

# --- how a worker fetches ---
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
ASYNCIO_EVENT_LOOP = "uvloop.Loop"
DOWNLOAD_HANDLERS = {
    "http": "govcrawl.spiders.download.GuardedDownloadHandler",
    "https": "govcrawl.spiders.download.GuardedDownloadHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}  # only the web, and only through the guard
DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "zh-CN,zh;q=0.9"}
CONCURRENT_REQUESTS = 32
# of the probe spider: 20 visits a second, each held 15 s by a site that doesn't answer, would need 300 if none did
CONCURRENT_VISITS = 256
CONCURRENT_REQUESTS_PER_DOMAIN = 8  # a cap on this worker's sockets; Redis's slots decide the pace
DOWNLOAD_DELAY = 0.0  # s; the pace is kept over all workers by the frontier, not by each worker
DOWNLOAD_TIMEOUT = 20.0  # s; for pages; availability visits use the campaign's timeout_s
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # bytes, also after decompression
DOWNLOAD_WARNSIZE = 0
# bytes being read at once; beyond, requests wait though the gate let them pass
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 64 * 1024 * 1024
FETCH_ATTEMPTS = 3  # tries at a page that times out or breaks off, before that is its result
RETRY_WAIT_S = 3.0  # s before the second try, doubled for each further one; shorter where the campaign's delay is tiny

# --- checks ---
# "1": a second look for wrong characters that no list has; it costs more CPU than all other checks and the reading together
SUSPECT_TYPOS = os.environ.get("GOVCRAWL_SUSPECT_TYPOS", "") == "1"

# --- how a worker renders what a script draws (campaigns with ``browser = true``) ---
# name or path of the program; empty: looked for under its usual names
CHROMIUM = os.environ.get("GOVCRAWL_CHROMIUM", "")
RENDER_ALONE_S = 15.0  # s a page may compute while nothing it asked for is awaited; then it counts as not rendered
RENDER_TOTAL_S = 180.0  # s for all of it; at one request a second a page with 20 scripts needs 20
# s that pages wait for a worker with Chromium when all else of their round is done; then the round ends without (`govcrawl dead --revive`)
RENDER_WAIT_S = 900.0
RENDER_MEMORY_MB = 2048  # for each process of the browser: a page that wants more crashes in its tab

# --- what is switched off: redirects and retries are tasks of their own, cookies and referrers tell sites nothing ---
ROBOTSTXT_OBEY = False  # an inspection by the sites' own superior office; the register is the permission
COOKIES_ENABLED = False
REDIRECT_ENABLED = False
METAREFRESH_ENABLED = False
RETRY_ENABLED = False
REFERER_ENABLED = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # Scrapy ≥ 2.18 would run code for whoever holds a token
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}  # the download handler sends the headers and decompresses
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS_BASE = {"scrapy.extensions.logstats.LogStats": 0}  # the scheduler counts for it; a signal a page costs more

# --- results ---
ITEM_PIPELINES = {
    "pipelines.observe.ObservePipeline": 100,
    "pipelines.evidence.EvidencePipeline": 200,
    "pipelines.persist.PersistPipeline": 300,
}
CONCURRENT_ITEMS = 1  # a response yields exactly one item; more would only cost tasks
PERSIST_BATCH = 64  # results in one bulk write
PERSIST_WAIT_S = 0.25  # s a result waits for others
# s without MongoDB after which a worker gives its tasks to others, and claims none until it can store again
STORE_PATIENCE_S = 300.0

# --- how long what is stored is kept (`govcrawl retain`): days after a campaign's end; empty or 0: for ever ---
KEEP_DAYS = {
    "pages": os.environ.get("GOVCRAWL_KEEP_PAGES_DAYS", ""),  # documents of pages, and what was seen on them
    "evidence": os.environ.get(
        "GOVCRAWL_KEEP_EVIDENCE_DAYS", ""
    ),  # stored exchanges (WARC): whole pages, with whomever they name
    # stored exchanges of pages that publish persons' numbers, and their masked words, sooner than the rest
    "personal": os.environ.get("GOVCRAWL_KEEP_PERSONAL_DAYS", ""),
    # in place of these three, of what findings rest on that a final bulletin told of, that are confirmed, or not reviewed yet
    "shown": os.environ.get("GOVCRAWL_KEEP_SHOWN_DAYS", ""),
    "logs": os.environ.get("GOVCRAWL_KEEP_LOG_DAYS", ""),  # files in GOVCRAWL_HOME/logs, after their last line
}

# "json": one JSON object a line, for a log collector; else lines for a person.  Neither has control characters
LOG_STYLE = os.environ.get("GOVCRAWL_LOG", "plain")
# address:port of a worker's /metrics, /healthz and /readyz; empty: none.  Give each worker of a machine a port of its own
METRICS = os.environ.get("GOVCRAWL_METRICS", "")
LOG_LEVEL = "INFO"
LOG_FORMATTER = "govcrawl.spiders.base.FewWords"  # no log record for each page and item: they are in MongoDB
LOGSTATS_INTERVAL = 60.0  # s
