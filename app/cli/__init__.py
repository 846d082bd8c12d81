"""The command line: one module per noun, found by `app.__main__`.

A module that exports `app` (a `typer.Typer`) becomes `gongkai <module's name>`. A noun that is a
command by itself (`gongkai run`) gives its Typer `invoke_without_command=True` and a callback.
"""
