/** The release of this code, as `/health` and the OpenAPI document tell it. */
export const VERSION = "0.1.0";
