"""A real WordPress on loopback, from Debian's packages: one a session, thrown away with its folder.

Debian 12 ships WordPress 6.1. Its files are used where they stand; only what the site writes is ours. The database
listens on a Unix socket, the site on a loopback port that the kernel chose. Runs as root or not.
"""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

PACKAGES: Final = "wordpress wordpress-l10n mariadb-server php-cli php-mysql php-xml php-mbstring"
SHIPPED: Final = Path("/usr/share/wordpress")
_START_SECONDS: Final = 60.0

_CONFIG: Final = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $k) {{ define($k.'_KEY', $k); define($k.'_SALT', $k.'s'); }}
define('WP_ENVIRONMENT_TYPE', 'local'); // application passwords without https
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');
define('WP_CONTENT_DIR', '{content}');
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__.'/');
require_once ABSPATH.'wp-settings.php';
"""
_ROUTER: Final = """<?php // what a web server's rewrite rules do: files as they are, everything else to index.php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file($_SERVER['DOCUMENT_ROOT'].$path)) return false;
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = $_SERVER['DOCUMENT_ROOT'].'/index.php';
require $_SERVER['DOCUMENT_ROOT'].'/index.php';
"""
_INSTALL: Final = """
require ABSPATH.'wp-admin/includes/upgrade.php';
wp_install('Le carnet de Voloair', 'admin', 'admin@blog.example', true, '', 'not-a-secret', 'fr_FR');
foreach (['comment_moderation' => 0, 'comment_previously_approved' => 0, 'require_name_email' => 0,
          'timezone_string' => 'Europe/Paris', 'comments_notify' => 0, 'moderation_notify' => 0] as $name => $value)
  update_option($name, $value);
global $wp_rewrite; $wp_rewrite->init(); $wp_rewrite->set_permalink_structure('/%year%/%postname%/');
flush_rewrite_rules();
wp_insert_user(['user_login' => 'aeroplouf', 'user_pass' => wp_generate_password(), 'display_name' => 'Aéroplouf',
                'user_email' => 'equipe@aeroplouf.example', 'role' => 'editor']);
wp_insert_user(['user_login' => 'pigiste', 'user_pass' => wp_generate_password(), 'display_name' => 'Une pigiste',
                'user_email' => 'pigiste@blog.example', 'role' => 'author']);
wp_delete_comment(1, true);
"""


class Missing(Exception):
    """This machine lacks what a WordPress needs; says what to install."""


@dataclass
class WordPress:
    """A running site. `url` ends without a slash; `passwords` holds the application password of each login."""

    url: str
    folder: Path
    passwords: dict[str, str] = field(default_factory=dict)

    def php(self, code: str, *, installing: bool = False) -> Any:
        """Run `code` inside the site; the JSON it printed, if any."""
        before = "define('WP_INSTALLING', true);" if installing else ""
        script = (
            f"<?php $_SERVER['HTTP_HOST'] = '127.0.0.1'; $_SERVER['REQUEST_URI'] = '/'; {before}"
            f"require '{self.folder}/site/wp-load.php'; {code}"
        )
        command = [*_php(self.folder), "-d", "sendmail_path=/bin/true"]
        done = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own command line
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def post(
        self, title: str = "Voyage à Porto", *, comments: str = "open", kind: str = "post", author: str = "admin"
    ) -> int:
        """Publish an article; its id."""
        values = {"post_title": title, "post_status": "publish", "comment_status": comments, "post_type": kind}
        return int(self.php(f"echo wp_insert_post({_php_value(values)} + ['post_author' => {self.user(author)}]);"))

    def user(self, login: str) -> str:
        """A user's id, as PHP finds it."""
        return f"get_user_by('login', '{login}')->ID"

    def comments(self, post: int, *given: dict[str, Any]) -> list[int]:
        """Write comments as visitors do, without the flood check; their ids. `approved` is 1, 0, spam or trash."""
        rows = [
            {
                "comment_post_ID": post,
                "comment_author": each.get("author", "Léa M."),
                "comment_author_email": "lea@lecteurs.example",
                "comment_content": each.get("text", "Bonjour."),
                "comment_approved": each.get("approved", "1"),
                "comment_parent": each.get("parent", 0),
                "comment_type": each.get("type", "comment"),
                "user_id": each.get("user", 0),
                "comment_date_gmt": each.get("at", "2026-11-20 08:00:00"),
                "comment_date": each.get("at", "2026-11-20 08:00:00"),
            }
            for each in given
        ]
        write = "function($c) { return wp_insert_comment(wp_slash($c)); }"
        code = f"echo json_encode(array_map({write}, {_php_value(rows)}));"
        return [int(each) for each in self.php(code)]

    def stored(self, comment: int) -> dict[str, Any]:
        """One comment as the database holds it."""
        found = self.php(f"echo json_encode(get_comment({comment}, ARRAY_A));")
        assert isinstance(found, dict)
        return found

    def below(self, comment: int) -> list[str]:
        """What stands under a comment and is public."""
        asked = {"parent": comment, "status": "approve", "orderby": "comment_ID", "order": "ASC"}
        code = f"echo json_encode(wp_list_pluck(get_comments({_php_value(asked)}), 'comment_content'));"
        return list(self.php(code))


def _php(folder: Path) -> list[str]:
    cache = ["opcache.enable_cli=1", "opcache.file_cache_only=0", f"opcache.file_cache={folder}/opcache"]
    return ["php", "-d", "memory_limit=256M", "-d", "display_errors=stderr", *(f"-d{line}" for line in cache)]


def _php_is_whole() -> bool:
    """Whether there is a PHP with what WordPress needs."""
    if not shutil.which("php"):
        return False
    known = subprocess.run(["php", "-m"], capture_output=True, text=True, timeout=30, check=False).stdout.split()  # noqa: S607 - Debian's
    return {"mysqli", "mbstring", "xml"} <= set(known)


def _php_value(value: object) -> str:
    """`value` as a PHP expression."""
    packed = base64.b64encode(json.dumps(value).encode()).decode()
    return f"json_decode(base64_decode('{packed}'), true)"


@contextmanager
def running() -> Iterator[WordPress]:
    """A site that is ready to be asked, until the end of the block.

    Raises:
        Missing: a package is not installed.
    """
    install_db = shutil.which("mariadb-install-db")
    server = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not (install_db and server and (SHIPPED / "wp-content/languages/fr_FR.mo").is_file() and _php_is_whole()):
        raise Missing(PACKAGES)
    with ExitStack() as stack:
        # Not pytest's folder: a Unix socket's path has 107 signs at most.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wp-", ignore_cleanup_errors=True)))
        site = WordPress(f"http://127.0.0.1:{_free_port()}", folder)
        _lay_out(site)
        stack.callback(_stop, _database(folder, install_db, server))
        _wait(lambda: _sql(folder, "create database if not exists wordpress character set utf8mb4"))
        site.php(_INSTALL, installing=True)
        site.passwords.update(
            site.php(
                "$made = []; foreach (get_users() as $user) { list($made[$user->user_login],) ="
                " WP_Application_Passwords::create_new_application_password($user->ID, ['name' => 'repartie']); }"
                " echo json_encode($made);"
            )
        )
        stack.callback(_stop, _serve(site))
        _wait(lambda: httpx.get(f"{site.url}/wp-json/", timeout=30).is_success)
        yield site


def _lay_out(site: WordPress) -> None:
    """The site's folder: the package's code by links, what is ours as files."""
    home, content = site.folder / "site", site.folder / "content"
    for made in (home, content / "themes", content / "plugins", site.folder / "opcache"):
        made.mkdir(parents=True)
    for shipped in SHIPPED.iterdir():
        if shipped.suffix == ".php" and shipped.name != "wp-config.php":
            shutil.copy(shipped, home)
    for code in ("wp-admin", "wp-includes"):
        (home / code).symlink_to(SHIPPED / code)
    (content / "languages").symlink_to(SHIPPED / "wp-content" / "languages")
    config = _CONFIG.format(socket=site.folder / "db.sock", url=site.url, content=content)
    (home / "wp-config.php").write_text(config, encoding="utf-8")
    (site.folder / "router.php").write_text(_ROUTER, encoding="utf-8")


def _database(folder: Path, install_db: str, server: str) -> "subprocess.Popen[bytes]":
    common = ["--no-defaults", f"--datadir={folder}/db", *(["--user=root"] if os.getuid() == 0 else [])]
    quick = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
    with (folder / "mariadb.log").open("wb") as log:
        subprocess.run([install_db, *common, *quick], check=True, stdout=log, stderr=log, timeout=60)  # noqa: S603 - our own command line
        return subprocess.Popen(  # noqa: S603 - our own command line
            [
                server, *common, f"--socket={folder}/db.sock", f"--pid-file={folder}/db.pid", "--skip-networking",
                "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M",
                "--skip-log-bin", "--performance-schema=OFF",
            ],
            stdout=log, stderr=log,
        )  # fmt: skip


def _sql(folder: Path, statement: str) -> bool:
    command = ["mariadb", "--no-defaults", "-uroot", f"--socket={folder}/db.sock", "-e", statement]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0  # noqa: S603 - our own command line


def _serve(site: WordPress) -> "subprocess.Popen[bytes]":
    address = site.url.removeprefix("http://")
    with (site.folder / "php.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own command line
            [*_php(site.folder), "-d", "sendmail_path=/bin/true", "-S", address, "-t", f"{site.folder}/site",
             f"{site.folder}/router.php"],
            stdout=log, stderr=log, env={**os.environ, "PHP_CLI_SERVER_WORKERS": "4"},
        )  # fmt: skip


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server that we started, and PHP's workers, which do not end with it.

    They stay in our own process group, so that whoever ends that (a time-out in CI) leaves none behind.
    """
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    workers = children.read_text(encoding="utf-8").split() if children.exists() else []
    process.terminate()
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(worker), signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _wait(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            if ready():
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > until:
            raise TimeoutError("WordPress did not start")
        time.sleep(0.1)
