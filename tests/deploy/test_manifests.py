"""What can't be started here (no container engine, no cluster, no systemd as first process) is held against its own schema and linter."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml
from prometheus_client import REGISTRY

from govcrawl import arguments, metrics, settings
from govcrawl.credentials import SECRETS
from govcrawl.frontier import scheduler
from govcrawl.metrics import exporter
from govcrawl.run import STOP_S
from pipelines import persist
from pipelines.observe import FILES_S
from tests.deploy.conftest import DEPLOY, ROOT

BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("govcrawl")}
K8S = sorted((DEPLOY / "k8s").glob("*.yaml"))
MANIFESTS: list[dict[str, Any]] = [
    doc for file in K8S if file.name != "kustomization.yaml" for doc in yaml.safe_load_all(file.read_text()) if doc
]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, timeout=120)


# --- Docker ---


def test_the_dockerfile_has_nothing_that_a_linter_minds() -> None:
    done = run(BIN / "hadolint", DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_image_is_pinned_runs_as_nobody_and_asks_the_process_itself() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    stages = [line.split() for line in lines if line.startswith("FROM ")]
    assert all(re.search(r":\d+\.\d+\.\d+", words[1]) for words in stages if words[1] not in ("run", "build"))
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users[0] == users[-1] == "10001:10001"
    assert any("govcrawl.metrics.health" in line for line in lines if line.startswith("HEALTHCHECK"))
    sources = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert all((ROOT / source).exists() for source in sources)
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{source}" for source in sources} <= set(kept)


def test_compose_fits_the_schema_of_its_specification() -> None:
    done = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_starts_what_is_wanted_with_no_more_rights_than_needed() -> None:
    assert {"redis", "mongodb1", "mongodb2", "mongodb3", "worker", "probe", "console", "exporter", "admin"} <= set(
        SERVICES
    )
    for name, one in SERVICES.items():
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name
        assert re.search(r":\d+\.\d+\.\d+$", one["image"]), name
        assert not one.get("privileged"), name
        if not name.startswith("mongodb") or name == "mongodb-init":
            assert one["read_only"], name
        for port in one.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name
        for word in map(str, one.get("environment", {}).values()):
            assert "://" not in word or "@" not in word, name
        used = {s if isinstance(s, str) else s["source"] for s in one.get("secrets", ())}
        assert used <= set(COMPOSE["secrets"]), name
        for volume in one.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or source == "./campaigns" or (DEPLOY / source).exists(), name
    assert "container_name" not in SERVICES["worker"]  # or --scale could not
    assert "ports" not in SERVICES["worker"]
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    assert "outside" not in SERVICES["console"]["networks"]


def commands() -> Iterator[tuple[str, list[str]]]:
    for name, one in OURS.items():
        yield f"compose {name}", one["command"]
    for pod, one in containers():
        yield f"k8s {pod}", one["args"]
    for unit in UNITS:
        for line in re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.M):
            yield unit.name, line.split()[1:]


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    for doc in MANIFESTS:
        spec = doc.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        for one in spec.get("template", {}).get("spec", {}).get("containers", ()):
            yield doc["metadata"]["name"], one


def test_every_command_that_is_started_exists_with_its_options() -> None:
    known = arguments.parser(dict.fromkeys(_names(), lambda _: 0))
    for where, words in commands():
        filled = [word.replace("${CAMPAIGN:-}", "x").replace("%i", "x") for word in words]
        assert known.parse_args(filled), where


def _names() -> list[str]:
    from govcrawl import cli

    return list(cli._COMMANDS)


def test_every_secret_that_is_made_is_one_that_is_used_and_bears_its_password(tmp_path: Path) -> None:
    for _ in range(2):  # the second time all stays as it is
        done = run("sh", DEPLOY / "make-secrets.sh", tmp_path / "s")
        assert done.returncode == 0, done.stderr
    made = {str(f.relative_to(tmp_path / "s")) for f in (tmp_path / "s").rglob("*") if f.is_file()}
    assert made == {one["file"].removeprefix("./secrets/") for one in COMPOSE["secrets"].values()}
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700
    text = {name: (tmp_path / "s" / name).read_text().strip() for name in made}
    assert urlsplit(text["redis_url"]).password == text["redis_password"]
    assert urlsplit(text["redis_url"]).hostname in SERVICES
    assert text["passwords/worker"] in text["mongodb_worker_uri"]
    assert "replicaSet=rs0" in text["mongodb_worker_uri"]
    assert len({*text.values()}) == len(text)
    assert 6 <= len(text["mongodb_key"]) <= 1024  # what MongoDB takes
    assert "deploy/secrets/\n" in (ROOT / ".gitignore").read_text()


@pytest.mark.parametrize("script", ["make-secrets.sh", "redis/start.sh", "mongodb/start.sh"])
def test_scripts_are_sh(script: str) -> None:
    assert run("sh", "-n", DEPLOY / script).returncode == 0
    assert (DEPLOY / script).stat().st_mode & stat.S_IXUSR


def test_the_members_of_the_replica_set_are_those_of_compose() -> None:
    script = (DEPLOY / "mongodb" / "init.js").read_text()
    members = re.findall(r"'(mongodb\d)'", script)
    assert sorted(members) == sorted(name for name in SERVICES if re.fullmatch(r"mongodb\d", name))


# --- Kubernetes ---


def test_manifests_fit_the_schemas_of_kubernetes() -> None:
    for doc in MANIFESTS:
        if doc["kind"] != "ScaledObject":  # KEDA's own: below
            kubernetes_validate.validate(doc, "1.37", strict=True)


def test_kustomize_knows_every_file_and_builds_where_kubectl_is() -> None:
    listed = yaml.safe_load((DEPLOY / "k8s" / "kustomization.yaml").read_text())["resources"]
    assert sorted([*listed, "kustomization.yaml"]) == [file.name for file in K8S]
    if kubectl := shutil.which("kubectl"):
        built = run(kubectl, "kustomize", DEPLOY / "k8s")
        assert built.returncode == 0, built.stderr
        docs = list(yaml.safe_load_all(built.stdout))
        assert len(docs) == len(MANIFESTS)
        images = set(re.findall(r"image: (\S+)", built.stdout))
        assert images == {"govcrawl:0.1.0"}


def test_pods_have_no_more_rights_than_they_need() -> None:
    names = [name for name, _ in containers()]
    assert sorted(names) == ["admin-init", "console", "exporter", "plan", "report", "score", "worker"]
    for name, one in containers():
        context = one["securityContext"]
        assert not context["allowPrivilegeEscalation"], name
        assert context["readOnlyRootFilesystem"], name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
        assert "memory" in one["resources"]["limits"], name
        env = one.get("env", [])
        assert all(e["name"].removesuffix("_FILE") in SECRETS and e["name"].endswith("_FILE") for e in env), name
        assert not any("valueFrom" in e for e in env), name  # secrets are files
    text = "".join(file.read_text() for file in K8S)
    assert not re.search(r"^kind: Secret$", text, re.M)
    assert text.count("automountServiceAccountToken: false") == len(names) + 1


def test_what_refers_to_another_manifest_finds_it() -> None:
    there = {(doc["kind"], doc["metadata"]["name"]) for doc in MANIFESTS}
    assert {kind for kind, _ in there} >= {
        "Deployment", "PodDisruptionBudget", "NetworkPolicy", "CronJob", "ScaledObject", "Job", "Service", "ServiceAccount",
    }  # fmt: skip
    text = "\n".join(file.read_text() for file in K8S)
    for claim in re.findall(r"claimName: (\w+)", text):
        assert ("PersistentVolumeClaim", claim) in there
    told = (DEPLOY / "k8s" / "secrets.md").read_text()
    for secret in re.findall(r"secret: \{name: ([\w-]+)", text):
        assert f"generic {secret} " in told
    apps = {
        doc["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
        for doc in MANIFESTS
        if doc["kind"] == "PodDisruptionBudget"
    }
    assert apps == {doc["metadata"]["name"] for doc in MANIFESTS if doc["kind"] == "Deployment"}


def test_workers_are_scaled_by_a_metric_that_the_exporter_has() -> None:
    (scaled,) = (doc["spec"] for doc in MANIFESTS if doc["kind"] == "ScaledObject")
    assert scaled["scaleTargetRef"] == {"name": "worker"}
    (trigger,) = scaled["triggers"]
    assert trigger["type"] == "prometheus"
    assert {"serverAddress", "query", "threshold"} <= set(trigger["metadata"])
    assert set(metrics_in(trigger["metadata"]["query"])) <= exported()
    (worker,) = (doc["spec"] for doc in MANIFESTS if (doc["kind"], doc["metadata"]["name"]) == ("Deployment", "worker"))
    assert "replicas" not in worker  # or each apply would undo what KEDA did


# --- bare machines ---


def test_units_are_what_systemd_takes(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd here")
    for file in (DEPLOY / "systemd").iterdir():
        if file.suffix in (".service", ".timer", ".target"):
            text = file.read_text().replace("/opt/govcrawl/bin/govcrawl", "/bin/true")
            (tmp_path / file.name).write_text(text)
    done = run("systemd-analyze", "verify", *tmp_path.iterdir())
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_hardened_and_take_secrets_as_credentials(unit: Path) -> None:
    text = unit.read_text()
    for line in (
        "User=govcrawl",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "PrivateDevices=yes",
    ):
        assert f"\n{line}\n" in text
    loaded = set(re.findall(r"^LoadCredential=(\w+):", text, re.M))
    assert loaded == set(re.findall(r"%d/(\w+)", text))
    assert not re.search(r"redis://|mongodb://", text)


def test_scrapyd_listens_to_this_machine_alone() -> None:
    conf = configparser.ConfigParser()
    conf.read(DEPLOY / "scrapyd.conf")
    assert conf["scrapyd"]["bind_address"] == "127.0.0.1"
    assert conf["settings"]["govcrawl"] == "govcrawl.settings"


def seconds(text: object) -> float:
    return float(str(text).removesuffix("s"))


def test_whoever_ends_a_worker_waits_longer_than_it_takes_to_end() -> None:
    (unit,) = (file.read_text() for file in UNITS if file.name == "govcrawl-worker@.service")
    (systemd,) = re.findall(r"^TimeoutStopSec=(.*)$", unit, re.M)
    (pod,) = (
        doc["spec"]["template"]["spec"]
        for doc in MANIFESTS
        if doc["metadata"]["name"] == "worker" and doc["kind"] == "Deployment"
    )
    waits = [
        systemd,
        pod["terminationGracePeriodSeconds"],
        *(SERVICES[name]["stop_grace_period"] for name in ("worker", "probe")),
        STOP_S,
    ]
    assert all(seconds(wait) >= settings.GRACE_S + 15 for wait in waits), waits
    assert "\nKillMode=mixed\n" in unit  # or its readers are ended before it
    assert settings.GRACE_S >= settings.DOWNLOAD_TIMEOUT + FILES_S + persist.CLOSE_S + scheduler.CLOSE_S + 10


def test_what_recurs_is_planned_before_it_is_judged_and_reported_by_every_timer() -> None:
    jobs = {name: words for name, words in commands() if words[0] in ("plan", "score", "report")}
    assert {words[0] for name, words in jobs.items() if name.startswith("k8s")} == {"plan", "score", "report"}
    files = {word for name, words in commands() for word in words if word.endswith(".toml")}
    assert files == {"/campaigns/campaign.toml", "/etc/govcrawl/campaigns/%i/campaign.toml"}
    told = [words[0] for name, words in commands() if name == "govcrawl-report@.service"]
    assert told == ["score", "report"]
    timers = {file.stem for file in (DEPLOY / "systemd").glob("*.timer")}
    assert timers == {"govcrawl-plan@", "govcrawl-report@"} <= {unit.stem for unit in UNITS}


# --- what watches ---


def exported() -> set[str]:
    """Names of all series that workers and the exporter show."""
    source = (Path(exporter.__file__)).read_text()
    gauges = set(re.findall(r'GaugeMetricFamily\(\s*"(\w+)"', source))
    counters = {name for name, _ in exporter.CALLS.values()} | set(
        re.findall(r'CounterMetricFamily\(\s*"(\w+)"', source)
    )
    worker = {s.name for family in REGISTRY.collect() for s in family.samples if s.name.startswith("govcrawl")}
    named = {f"{m._name}_total" for m in vars(metrics).values() if type(m).__name__ == "Counter"}
    return gauges | {f"{name}_total" for name in counters} | worker | named


def metrics_in(expression: str) -> list[str]:
    return re.findall(r"\bgovcrawl_\w+", expression)


def test_alerts_and_the_dashboard_ask_for_nothing_that_is_not_there() -> None:
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    dashboard = json.loads((DEPLOY / "grafana" / "govcrawl.json").read_text())
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    for expression in [*(rule["expr"] for rule in rules), *panels]:
        names = metrics_in(expression)
        assert names, expression
        assert set(names) <= exported(), expression
        assert expression.count("(") == expression.count(")"), expression
        assert expression.count("{") == expression.count("}"), expression
    for rule in rules:
        assert {"summary", "description"} <= set(rule["annotations"]), rule["alert"]
        assert rule["labels"]["severity"] in ("warning", "critical")
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in dashboard["panels"]]
    assert len(set(places)) == len(places)
    shown = {name for expression in panels for name in metrics_in(expression)}
    told = {name.removesuffix("_bucket").removesuffix("_total") for name in shown}
    assert told >= {
        "govcrawl_tasks", "govcrawl_leases_expired", "govcrawl_leases_settled", "govcrawl_fetches", "govcrawl_stage_seconds",
        "govcrawl_pages_read", "govcrawl_findings", "govcrawl_store_errors", "govcrawl_dead_letters", "govcrawl_alarm",
    }  # fmt: skip


def test_prometheus_finds_what_compose_starts() -> None:
    conf = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yaml").read_text())
    targets = {job["job_name"]: job for job in conf["scrape_configs"]}
    assert targets["govcrawl-exporter"]["static_configs"][0]["targets"] == ["exporter:9410"]
    assert targets["govcrawl-worker"]["dns_sd_configs"][0]["names"][0] in SERVICES
    assert (DEPLOY / "prometheus" / conf["rule_files"][0]).exists()
