"""What we say of each mistake in the file: one line of what is wrong, one of what to do. The keys are the codes.

`{written}` is what the person wrote, `{key}` the name before the colon, `{close}` what they probably meant.
"""

from dataclasses import dataclass
from typing import Final

from pydantic_core import PydanticCustomError

from config.i18n import mark

Value = str | int | tuple[str, ...]
"""What a placeholder is filled with; a tuple is a choice, "a, b or c", and a number an amount: "200,000"."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """English message and suggestion; either may hold placeholders. An empty suggestion says nothing."""

    message: str
    suggestion: str = ""


PHRASES: Final[dict[str, Phrase]] = {
    # The file itself.
    "missing_file": Phrase(
        mark("there is no file {written}"),
        mark("run “repartie init”, or copy repartie.example.yaml to {written} and put your brands into it"),
    ),
    "unreadable_file": Phrase(
        mark("the file {written} cannot be read: {reason}"),
        mark("check that it is a file and that you may read it"),
    ),
    "not_utf8": Phrase(
        mark("the file is not written in UTF-8"),
        mark("save it again as UTF-8: in most editors, “Save with encoding”"),
    ),
    "control_character": Phrase(mark("an invisible control character stands here"), mark("delete it")),
    "too_big": Phrase(mark("the file is larger than {limit} MB"), mark("keep only your brands and sources in it")),
    "too_deep": Phrase(
        mark("more than {limit} levels stand inside one another"), mark("write it as the example file does")
    ),
    "too_many": Phrase(
        mark("the file says more than {limit} things once its *aliases are written out"), mark("use fewer aliases")
    ),
    "empty_file": Phrase(mark("the file is empty"), mark("start from repartie.example.yaml")),
    "not_sections": Phrase(
        mark("the file must be made of sections such as “brands:” and “sources:”"),
        mark("start from repartie.example.yaml"),
    ),
    # YAML.
    "syntax": Phrase(
        mark("this is not valid YAML here ({reason})"), mark("compare the lines around it with repartie.example.yaml")
    ),
    "at_sign": Phrase(
        mark("YAML does not allow a text that starts with {written}"), mark("put quotes around it: {quoted}")
    ),
    "hash_comment": Phrase(
        mark("everything from “{written}” on is a comment: # starts a comment in YAML"),
        mark("put quotes around the whole value, for instance: {quoted}"),
    ),
    "tab": Phrase(mark("a tab stands here; YAML wants spaces"), mark("replace the tab by spaces")),
    "open_quote": Phrase(mark("this quotation mark is never closed"), mark("close it at the end of the text")),
    "text_after_quote": Phrase(
        mark("the quoted text ends before this, but the line goes on"),
        mark("put the whole value between single quotes and double each ' inside: 'offre d''emploi'"),
    ),
    "open_bracket": Phrase(
        mark("this bracket is never closed, or a comma is missing"), mark("close it, and separate items with commas")
    ),
    "extra_bracket": Phrase(mark("this bracket closes nothing"), mark("delete it, or open it before")),
    "colon_in_text": Phrase(
        mark("a colon followed by a space cannot stand here"),
        mark("put quotes around the whole value if it is a text; otherwise check the indentation of this line"),
    ),
    "glued_colon": Phrase(mark("a space is missing after “{key}:”"), mark("write “{key}: value”")),
    "indentation": Phrase(
        mark("this line does not stand where the lines before it let us expect"),
        mark("align it with the other keys of its section, with spaces"),
    ),
    "bad_escape": Phrase(
        mark("a backslash means something special between double quotes"), mark("use single quotes instead")
    ),
    "unknown_alias": Phrase(mark("*{written} names nothing"), mark("put quotes around a text that starts with *")),
    "tag": Phrase(mark("{written} is not understood"), mark("put quotes around a text that starts with !")),
    "two_documents": Phrase(mark("a second document starts here"), mark("delete the line ---")),
    "key_not_text": Phrase(mark("a key must be a simple word"), mark("write “key: value”")),
    "duplicate_key": Phrase(
        mark("“{written}” is said twice; the first is on line {first}"), mark("keep one and put both contents into it")
    ),
    # Shape.
    "unknown_key": Phrase(mark("unknown key “{written}”"), mark("here you may write: {keys}")),
    "unknown_key_close": Phrase(mark("unknown key “{written}”"), mark("did you mean “{close}”?")),
    "unknown_key_elsewhere": Phrase(mark("unknown key “{written}” here"), mark("it belongs in {places}")),
    "missing": Phrase(mark("“{key}” is missing"), mark("add a line “{key}:” here")),
    "no_value": Phrase(mark("“{key}” has no value"), mark("write one after the colon")),
    "not_list": Phrase(mark("“{key}” must be a list"), mark("write it as [one, two], or one item a line after a dash")),
    "not_section": Phrase(
        mark("“{key}” must be a section, with keys of its own"), mark("write “{key}:” then its keys, indented")
    ),
    "not_text": Phrase(
        mark("“{key}” must be a text"), mark("write one text, between quotes if it holds special characters")
    ),
    "not_yes_no": Phrase(mark("“{key}” must be true or false, not “{written}”"), mark("write true or false")),
    "empty_list": Phrase(mark("“{key}” is empty"), mark("put at least one item into it")),
    "empty_text": Phrase(mark("“{key}” is empty"), mark("write a text")),
    "long_text": Phrase(mark("“{key}” is too long"), mark("write {limit} characters at most")),
    "not_choice": Phrase(mark("“{written}” is not possible for “{key}”"), mark("choose {choices}")),
    "not_choice_close": Phrase(
        mark("“{written}” is not possible for “{key}”"), mark("did you mean “{close}”? The choice is {choices}")
    ),
    "no_kind": Phrase(mark("this source does not say its “kind”"), mark("add “kind:” with {choices}")),
    "out_of_bounds": Phrase(mark("“{key}” cannot be {written}"), mark("write a value from {least} to {most}")),
    "invalid": Phrase(mark("“{key}” is not right: {reason}"), mark("compare with repartie.example.yaml")),
    # Values.
    "bad_duration": Phrase(
        mark("“{written}” is not a duration"), mark("write a number and s, m, h or d: 30s, 10m, 2h, 1d")
    ),
    "clock_for_duration": Phrase(
        mark("“{written}” is not a duration"), mark("write {minutes} for minutes or {hours} for hours")
    ),
    "bad_money": Phrase(
        mark("“{written}” is not an amount of money"), mark("write US dollars as a number: 30, or 0.005")
    ),
    "bad_time": Phrase(mark("“{written}” is not a time of day"), mark("write it from 00:00 to 23:59, as in 08:30")),
    "bad_language": Phrase(
        mark("“{written}” is not the code of a language that can be told by a text"),
        mark("languages are codes: fr, en, de, es, it, pt"),
    ),
    "bad_language_close": Phrase(
        mark("“{written}” is not the code of a language that can be told by a text"), mark("did you mean {close}?")
    ),
    "bad_timezone": Phrase(mark("“{written}” is not a time zone"), mark("write a place, as in Europe/Paris")),
    "bad_timezone_close": Phrase(mark("“{written}” is not a time zone"), mark("did you mean {close}?")),
    "bad_channel": Phrase(
        mark("“{written}” is not a Slack channel"), mark('write its name between quotes, as in "{close}", or its id')
    ),
    "bad_person": Phrase(
        mark("“{written}” is not a Slack user id"),
        mark("open the person's profile in Slack, then ⋮, “Copy member ID”: it looks like U012ABCDEF"),
    ),
    "bad_url": Phrase(
        mark("“{written}” is not a web address"), mark("write it whole, as in https://blog.example/feed")
    ),
    "bad_url_scheme": Phrase(mark("“{written}” is not a web address"), mark("did you mean {close}?")),
    "open_api": Phrase(
        mark("“{written}” would send the Slack tokens unencrypted"),
        mark("write https://, or an address of this machine"),
    ),
    "open_mail": Phrase(
        mark("the password for {written} would travel unencrypted"),
        mark("write “security: tls”; none is for a mail server on this very machine"),
    ),
    # What is said in one place and named in another.
    "unknown_source": Phrase(
        mark("the brand “{brand}” names the source “{written}”, which nobody describes"),
        mark("describe it under “sources:”, or name one of: {keys}"),
    ),
    "unknown_source_close": Phrase(
        mark("the brand “{brand}” names the source “{written}”, which nobody describes"),
        mark("did you mean “{close}”?"),
    ),
    "unused_source": Phrase(
        mark("no brand listens to the source “{written}”: it will not be read"),
        mark("add it to the “sources:” of a brand, or delete it"),
    ),
    "duplicate_brand": Phrase(
        mark("two brands are called “{written}”; the first is on line {first}"),
        mark("give each another name; capitals and accents make no difference"),
    ),
    "rules_after_always": Phrase(
        mark("this rule has no “when:”, so it always holds and no rule after it is ever asked"),
        mark("give it a “when:”, or put it last"),
    ),
    "unknown_brand": Phrase(
        mark("“publish:” names “{written}”, which is no brand of this file"), mark("the brands are: {keys}")
    ),
    "unknown_brand_close": Phrase(
        mark("“publish:” names “{written}”, which is no brand of this file"), mark("did you mean “{close}”?")
    ),
    # Secrets.
    "secret_slack_bot": Phrase(mark("a Slack bot token stands in the file")),
    "secret_slack_app": Phrase(mark("a Slack app token stands in the file")),
    "secret_slack_user": Phrase(mark("a Slack user token stands in the file; Repartie works with a bot token")),
    "secret_database": Phrase(mark("a database password stands in the file")),
    "secret_value": Phrase(mark("the value of “{key}” looks like a secret")),
    "secret_long": Phrase(mark("this looks like a secret key or token")),
    "secret_address": Phrase(
        mark("a name and a password stand in this address"),
        mark("delete them from the address and renew the password: only public addresses are read"),
    ),
    "into_variable": Phrase(
        "",
        mark("delete it here, put {variable}=… into the environment or .env, and renew it if anybody saw this file"),
    ),
    "already_in_variable": Phrase(
        "", mark("delete it here: {variable} is set already; renew it if anybody saw this file")
    ),
    "into_some_variable": Phrase(
        "",
        mark(
            "delete it here and renew it if anybody saw this file; secrets are read from the environment: {variables}"
        ),
    ),
}


def refusal(code: str, **values: str) -> PydanticCustomError:
    """The error a validator raises: `code` of `PHRASES`, with the values `config.shape` fills it with."""
    return PydanticCustomError(code, PHRASES[code].message, values)
