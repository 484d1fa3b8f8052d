"""Whether a value fits a schema of the OpenAPI document: as much of JSON Schema as that document uses."""
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
         "null": type(None)}
KNOWN = {"$ref", "type", "enum", "pattern", "properties", "required", "additionalProperties", "items", "anyOf",
         "description", "examples", "format", "default", "maxItems", "maxProperties", "minimum", "maximum", "minLength",
         "maxLength"}


def is_a(value, kind):
    return isinstance(value, TYPES[kind]) and not (isinstance(value, bool) and kind in ("integer", "number"))


def fits(document, schema, value, at="$"):
    """What is wrong with it, as texts."""
    if "$ref" in schema:
        part = document
        for word in schema["$ref"].removeprefix("#/").split("/"):
            part = part[word]
        return fits(document, part, value, at)
    wrong = [f"{at}: the schema says `{word}`, which this test does not know" for word in set(schema) - KNOWN]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_a(value, kind) for kind in kinds):
        return wrong + [f"{at}: {value!r} is none of {kinds}"]
    if "anyOf" in schema and all(fits(document, one, value, at) for one in schema["anyOf"]):
        wrong.append(f"{at}: {value!r} is none of them")
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        wrong.append(f"{at}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        wrong += [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, inside in value.items():
            if name in properties:
                wrong += fits(document, properties[name], inside, f"{at}.{name}")
            elif more is False:
                wrong.append(f"{at}: {name} is not in the schema")
            elif isinstance(more, dict):
                wrong += fits(document, more, inside, f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, inside in enumerate(value):
            wrong += fits(document, schema["items"], inside, f"{at}[{number}]")
    return wrong
