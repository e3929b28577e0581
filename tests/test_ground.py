"""The floor itself holds: the fixtures do what they say. Real servers, a real browser."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

def test_browser(serve, browser_page):
    async def home(_r): return HTMLResponse("<h1>é 🎉</h1><script>document.title='x'</script><link rel=icon href='data:,'>")
    base = serve(Starlette(routes=[Route("/", home)]))
    browser_page.goto(base)
    assert browser_page.title() == "x"
    assert httpx.get(base).status_code == 200
def test_bad(serve, browser_page):
    async def home(_r): return HTMLResponse("<h1>é 🎉</h1><script>foo()</script><img src='http://evil.example/x.png'><link rel=icon href='data:,'>")
    base = serve(Starlette(routes=[Route("/", home)]))
    browser_page.goto(base)
