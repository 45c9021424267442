/** The JSON Schema of a policy, with its defaults. Generated from the schema that decides. */
export const POLICY_SCHEMA: Readonly<Record<string, unknown>> = {
  "type": "object",
  "properties": {
    "fetch": {
      "type": "object",
      "properties": {
        "rules": {
          "minItems": 1,
          "maxItems": 50,
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "host": {
                "type": "string",
                "maxLength": 253,
                "pattern":
                  "^(?:\\*{1,2}\\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\\.[a-z][a-z0-9-]*[a-z0-9]$|^\\*\\*$",
              },
              "port": { "default": 443, "type": "integer", "minimum": 1, "maximum": 65535 },
              "methods": {
                "default": ["GET", "HEAD"],
                "minItems": 1,
                "maxItems": 6,
                "type": "array",
                "items": {
                  "type": "string",
                  "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
                },
              },
              "paths": {
                "default": ["/**"],
                "minItems": 1,
                "maxItems": 50,
                "type": "array",
                "items": {
                  "type": "string",
                  "maxLength": 500,
                  "pattern":
                    "^(?:\\/(?:\\*|[\\w.~!$&'()+,;=:@%-]+))*\\/(?:\\*\\*)?$|^(?:\\/(?:\\*|[\\w.~!$&'()+,;=:@%-]+))+$",
                },
              },
              "secret": {
                "type": "object",
                "properties": {
                  "name": { "type": "string", "pattern": "^[A-Z][A-Z0-9_]{0,63}$" },
                  "header": {
                    "default": "authorization",
                    "type": "string",
                    "pattern": "^[a-z0-9-]{1,64}$",
                  },
                  "prefix": {
                    "default": "Bearer ",
                    "type": "string",
                    "pattern": "^[\\x20-\\x7e]{0,32}$",
                  },
                },
                "required": ["name"],
                "additionalProperties": false,
              },
            },
            "required": ["host"],
            "additionalProperties": false,
          },
        },
        "max_calls": { "default": 50, "type": "integer", "minimum": 0, "maximum": 2147483647 },
        "max_bytes": {
          "default": 8388608,
          "description": "Of all requests and responses of one run together",
          "type": "integer",
          "minimum": 0,
          "maximum": 2147483647,
        },
        "approval": { "default": "none", "type": "string", "enum": ["none", "required"] },
      },
      "required": ["rules"],
      "additionalProperties": false,
    },
    "files": {
      "type": "object",
      "properties": {
        "access": { "default": "write", "type": "string", "enum": ["read", "write"] },
        "max_bytes": {
          "default": 16777216,
          "description": "Of the whole workspace",
          "type": "integer",
          "minimum": 0,
          "maximum": 2147483647,
        },
        "max_files": { "default": 500, "type": "integer", "minimum": 0, "maximum": 2147483647 },
        "approval": { "default": "none", "type": "string", "enum": ["none", "required"] },
      },
      "additionalProperties": false,
    },
    "shell": {
      "type": "object",
      "properties": {
        "commands": {
          "minItems": 1,
          "maxItems": 100,
          "type": "array",
          "items": { "type": "string", "pattern": "^[a-z][a-z0-9-]{0,31}$" },
        },
        "max_ms": {
          "default": 2000,
          "description": "Of one command line",
          "type": "integer",
          "minimum": 0,
          "maximum": 2147483647,
        },
        "approval": { "default": "none", "type": "string", "enum": ["none", "required"] },
      },
      "required": ["commands"],
      "additionalProperties": false,
    },
    "llm": {
      "type": "object",
      "properties": {
        "models": {
          "minItems": 1,
          "maxItems": 50,
          "type": "array",
          "items": { "type": "string", "pattern": "^(?:openai|anthropic)\\/[\\w.:-]{1,100}$" },
        },
        "max_tokens": {
          "default": 50000,
          "description": "In and out together, of one run",
          "type": "integer",
          "minimum": 0,
          "maximum": 2147483647,
        },
        "max_microusd_per_day": {
          "default": 1000000,
          "type": "integer",
          "minimum": 0,
          "maximum": 2147483647,
        },
        "secret": {
          "description": "A key of one's own for the provider",
          "type": "string",
          "pattern": "^[A-Z][A-Z0-9_]{0,63}$",
        },
        "approval": { "default": "none", "type": "string", "enum": ["none", "required"] },
      },
      "required": ["models"],
      "additionalProperties": false,
    },
    "search": {
      "type": "object",
      "properties": {
        "max_calls": { "default": 10, "type": "integer", "minimum": 0, "maximum": 2147483647 },
        "max_results": { "default": 10, "type": "integer", "minimum": 1, "maximum": 50 },
        "approval": { "default": "none", "type": "string", "enum": ["none", "required"] },
      },
      "additionalProperties": false,
    },
    "github": {
      "type": "object",
      "properties": {
        "repositories": {
          "minItems": 1,
          "maxItems": 100,
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^(?:\\*\\/\\*|[\\w.-]{1,100}\\/(?:\\*|[\\w.-]{1,100}))$",
          },
        },
        "max_calls": { "default": 50, "type": "integer", "minimum": 0, "maximum": 2147483647 },
        "secret": {
          "description": "A token of one's own that only reads",
          "type": "string",
          "pattern": "^[A-Z][A-Z0-9_]{0,63}$",
        },
        "approval": { "default": "none", "type": "string", "enum": ["none", "required"] },
      },
      "required": ["repositories"],
      "additionalProperties": false,
    },
    "email": {
      "type": "object",
      "properties": {
        "domains": {
          "minItems": 1,
          "maxItems": 50,
          "type": "array",
          "items": {
            "type": "string",
            "maxLength": 253,
            "pattern":
              "^(?:\\*{1,2}\\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\\.[a-z][a-z0-9-]*[a-z0-9]$|^\\*\\*$",
          },
        },
        "max_messages_per_day": {
          "default": 20,
          "type": "integer",
          "minimum": 0,
          "maximum": 2147483647,
        },
        "approval": { "default": "none", "type": "string", "enum": ["none", "required"] },
      },
      "required": ["domains"],
      "additionalProperties": false,
    },
    "limits": {
      "description":
        "Less than the engine's defaults; of `wall_ms` also more, up to the engine's ceiling",
      "type": "object",
      "properties": {
        "wall_ms": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
        "cpu_ms": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
        "memory_bytes": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
        "output_bytes": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
        "log_bytes": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
        "events": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
        "tool_calls": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
        "tool_concurrency": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
        "tool_bytes": { "type": "integer", "minimum": 1, "maximum": 9007199254740991 },
      },
      "additionalProperties": false,
    },
    "approval_seconds": {
      "default": 120,
      "description": "How long a call waits for a person",
      "type": "integer",
      "minimum": 10,
      "maximum": 600,
    },
  },
  "additionalProperties": false,
};
