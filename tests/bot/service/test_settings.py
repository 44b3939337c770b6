"""Guards: settings from environment and one TOML file, all faults at once, no secret shown."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from crux_builders import Crux, folder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.settings import Settings, variables
from bot.settings_file import use_file
from resolvers.durations import Duration
from resolvers.errors import Refusal

TOML = """\
contact = "file@example.org"
[discord]
token = "abcdefgh.from.file"
guild = 111
[discord.channels]
review = 222
[discord.roles]
reviewer = 333
[service]
port = 8080
log = "json"
auto_apply = {max_mana = 50}
every = {plan = "5 minutes"}
"""


@pytest.fixture
def given_file(crux: Crux, tmp_path: Path) -> Path:
    """A settings file in the working folder, no variable set."""
    crux.patch.chdir(tmp_path)
    use_file(None)
    path = tmp_path / "crux.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def faults() -> list[str]:
    with pytest.raises(Refusal) as refused:
        Settings()
    return str(refused.value).splitlines()


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(crux: Crux, given_file: Path) -> None:
    crux.set(contact="variable@example.org", discord_review_channel="999", service_every_plan="7 minutes")
    found = Settings()
    assert found.contact == "variable@example.org"
    assert found.discord.token is not None
    assert found.discord.token.get_secret_value() == "abcdefgh.from.file"
    assert (found.discord.guild, found.discord.channels.review, found.discord.roles.reviewer) == (111, 999, 333)
    assert (found.discord.channels.audit, found.discord.roles.admin) == (None, None)
    assert (found.service.port, found.service.log, found.service.host) == (8080, "json", "127.0.0.1")
    assert found.service.auto_apply.max_mana == Decimal(50)
    assert (found.service.every.plan, found.service.every.judge) == (
        Duration.parse("7 minutes"),
        Duration.parse("1 minute"),
    )


def test_every_fault_of_both_is_told_at_once_each_by_its_name_with_what_was_wanted(
    crux: Crux, given_file: Path
) -> None:
    given_file.write_text(
        'contakt = "x"\n[discord]\ngild = 1\nguild = true\n[service]\nport = 99999\n', encoding="utf-8"
    )
    crux.set(service_backups="many", service_every_judge="soon", service_log="xml", manifold_url="file:///x")
    assert faults() == [
        "CRUX_MANIFOLD_URL: 'file:///x' is no address of the web; write https://api.manifold.markets",
        "crux.toml: discord.guild: true and false are no numbers",
        "crux.toml: discord.gild: there is no such setting; did you mean 'guild'?",
        "crux.toml: service.port: 99999 will not do, wanted: a port: a number from 1 to 65535; write port = 8080",
        "CRUX_SERVICE_LOG: 'xml' will not do, wanted: text or json; set it to json",
        "CRUX_SERVICE_EVERY_JUDGE: 'soon' is no duration; write a whole number and a unit, as `7 days` or `48 hours`",
        "CRUX_SERVICE_BACKUPS: 'many' will not do, wanted: how many daily copies of the store are kept, from 0 to "
        "1000; set it to 7",
        "crux.toml: contakt: there is no such setting; did you mean 'contact'?",
    ]


TERRIBLE = """\
debate = 3
contact = 5
manifold_key = "schlüssel"
port = 80
[discord]
token = 12
guild = "my server"
channels = "general"
roles = {admin = -4, owner = 1}
[service]
host = 12
auto_apply = 500
every = {collect = 0, dance = "1 minute"}
"""


def test_each_fault_says_where_it_is_what_was_wanted_and_what_to_do_as_it_is_written_there(
    crux: Crux, given_file: Path
) -> None:
    given_file.write_text(TERRIBLE, encoding="utf-8")
    crux.set(discord_admin_role="abc", discord_toekn="x", service_auto_apply_max_mana="-5")
    copy = "; in Discord switch on developer mode (settings, Advanced), then right-click the {} and Copy ID, and write "
    copy += "that number"
    role = "the id of a role, a number" + copy.format("role in the server's settings")
    assert faults() == [
        "crux.toml: debate: 3 will not do, wanted: the path of the debate folder, as text in quotation marks; "
        'write debate = "/srv/crux/debate"',
        "crux.toml: manifold_key has characters that cannot be sent; copy it again, in plain letters, digits and marks",
        "crux.toml: contact: 5 will not do, wanted: how publishers can reach you, as text in quotation marks; "
        'write contact = "me@example.org"',
        "crux.toml: discord.token: what it is set to will not do, wanted: the bot's token, as text in quotation marks; "
        "copy it from the developer portal: Bot, Reset Token",
        "crux.toml: discord.guild: 'my server' will not do, wanted: the id of the one server, a number"
        + copy.format("server"),
        "crux.toml: discord.channels: 'general' will not do, wanted: a group of settings: review, announce, audit; "
        "write [discord.channels] on a line of its own, and these under it",
        f"CRUX_DISCORD_ADMIN_ROLE: 'abc' will not do, wanted: {role}",
        "crux.toml: discord.roles.owner: there is no such setting; write one of reviewer, submitter, admin, or take it "
        "out",
        "crux.toml: service.host: 12 will not do, wanted: the address to listen on, as text in quotation marks; "
        'write host = "127.0.0.1"',
        "CRUX_SERVICE_AUTO_APPLY_MAX_MANA: '-5' will not do, wanted: an amount of mana, 0 or more; set it to 500",
        "crux.toml: service.every.collect: 0 will not do, wanted: a duration, as text in quotation marks; "
        'write collect = "5 minutes"',
        "crux.toml: service.every.dance: there is no such setting; write one of plan, collect, judge, resolve, remind, "
        "prices, panels, backup, or take it out",
        "crux.toml: port: there is no such setting; write it under [service]",
        "CRUX_DISCORD_TOEKN is set, but no setting has that name; did you mean 'CRUX_DISCORD_TOKEN'?",
    ]


def test_the_doctor_tells_each_fault_of_the_settings_with_its_own_remedy(crux: Crux, given_file: Path) -> None:
    given_file.write_text("port = 80\n[service]\nlog = 'yaml'\n", encoding="utf-8")
    assert crux("doctor").out.splitlines()[:-1] == [
        "wrong      settings: crux.toml: service.log: 'yaml' will not do, wanted: text or json; write log = \"json\"",
        "wrong      settings: crux.toml: port: there is no such setting; write it under [service]",
    ]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u:hunter2@h/db", "mysql is no database that Crux can use, wanted: SQLite, in a file of its own"),
        ("http://h/db", "http is no database that Crux can use, wanted: SQLite, in a file of its own"),
        ("mysql://u@h:hunter2/db", "mysql is no database that Crux can use, wanted: SQLite, in a file of its own"),
        ("postgresql://u@h:hunter2/db", "its port is no number, or something behind its host cannot be read"),
    ],
)
def test_a_database_of_another_kind_is_refused_by_its_name(crux: Crux, tmp_path: Path, url: str, said: str) -> None:
    crux.set(database_url=url, debate=folder(tmp_path / "debate"))
    assert crux("status").err == f"crux: CRUX_DATABASE_URL: {said}; write sqlite:////home/me/crux.sqlite\n"


def test_a_file_that_is_no_toml_or_is_not_there_is_told_with_the_other_faults(crux: Crux, given_file: Path) -> None:
    given_file.write_text("discord = [\n", encoding="utf-8")
    crux.set(service_port="0")
    first, second = faults()
    assert first.startswith("crux.toml: this is no TOML")
    assert second.startswith("CRUX_SERVICE_PORT: '0' will not do")
    crux.set(settings=given_file.with_name("none.toml"))
    assert any(
        "none.toml: No such file or directory; name the settings file with --settings" in line for line in faults()
    )


def test_the_file_is_chosen_by_the_option_then_the_variable_then_the_working_folder(
    crux: Crux, given_file: Path, tmp_path: Path
) -> None:
    debate = folder(tmp_path / "debate")
    for number, name in ((1, "one.toml"), (2, "two.toml")):
        (tmp_path / name).write_text(f'database_url = "sqlite:///{tmp_path}/store-{number}.sqlite"\n', encoding="utf-8")
    crux.set(settings=tmp_path / "one.toml")
    assert crux("status", "--debate", debate, "--json").json["database"] == str(tmp_path / "store-1.sqlite")
    two = tmp_path / "two.toml"
    assert crux("status", "--debate", debate, "--settings", two, "--json").json["database"] == str(
        tmp_path / "store-2.sqlite"
    )
    assert crux("--settings", two, "sources", "--debate", debate).code == 0
    assert crux("status", "--debate", debate, "--json").json["database"] == str(tmp_path / "store-1.sqlite")


def test_the_debate_of_the_file_is_used_where_nothing_nearer_names_one(crux: Crux, tmp_path: Path) -> None:
    crux.patch.chdir(tmp_path)
    debate = folder(tmp_path / "debate")
    (tmp_path / "crux.toml").write_text(f'debate = "{debate}"\n', encoding="utf-8")
    assert crux("status", "--json").json["debate"] == str(debate)


def test_a_mistyped_variable_is_named_with_the_nearest_known(crux: Crux, tmp_path: Path) -> None:
    crux.set(discord_toekn="x")
    said = crux("status", "--debate", folder(tmp_path / "debate")).err
    assert "CRUX_DISCORD_TOEKN is set, but no setting has that name; did you mean 'CRUX_DISCORD_TOKEN'?" in said


WRITABLE = st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rest=st.text(WRITABLE, min_size=1), first=st.sampled_from(["Qz9#", "Qß9#"]))
def test_no_fault_ever_shows_a_secret(crux: Crux, given_file: Path, first: str, rest: str) -> None:
    secret = first + rest
    crux.set(manifold_key=secret, discord_token=secret, service_port="no port")
    told = "\n".join(faults())
    assert first not in told
    assert "will not do, wanted: a port" in told


def test_a_time_in_which_no_job_could_do_anything_is_refused(crux: Crux) -> None:
    crux.set(service_job_timeout="0 seconds")
    told = "CRUX_SERVICE_JOB_TIMEOUT: every job would be cut off before it has done anything; write 1 minute or more"
    assert faults() == [told]


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql+psycopg://crux:hunter2%21x@db/crux", {"hunter2%21x", "hunter2!x"}),
        ("postgresql+psycopg://crux:pw@db/crux", set()),  # it would hide half of every line by its value
        ("sqlite:////home/me/crux.sqlite", set()),
        ("postgresql://[", set()),
    ],
)
def test_the_password_in_a_databases_address_is_a_secret(crux: Crux, url: str, secrets: set[str]) -> None:
    crux.set(database_url=url)
    assert set(Settings().secrets()) == secrets


def test_every_setting_has_a_variable(crux: Crux) -> None:
    named = set(variables())
    for wanted in (
        "CRUX_DISCORD_TOKEN", "CRUX_DISCORD_GUILD", "CRUX_DISCORD_REVIEW_CHANNEL", "CRUX_DISCORD_ANNOUNCE_CHANNEL",
        "CRUX_DISCORD_AUDIT_CHANNEL", "CRUX_DISCORD_REVIEWER_ROLE", "CRUX_DISCORD_SUBMITTER_ROLE",
        "CRUX_DISCORD_ADMIN_ROLE", "CRUX_SERVICE_PORT", "CRUX_SERVICE_LOG", "CRUX_SERVICE_AUTO_APPLY_MAX_MANA",
        "CRUX_MANIFOLD_KEY", "CRUX_DEBATE",
    ):  # fmt: skip
        assert wanted in named
