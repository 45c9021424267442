import assert from "@std/assert";
import { browserTest } from "./browser.ts";

const REQUEST = {
  authorization_id: "an-authorization",
  redirect_uri: "https://client.example/callback",
  client: { id: "c", name: "<b>Helper</b>\u202e", uri: "https://client.example", logo_uri: "" },
  user: { id: "u", email: "ann@example.test" },
  scope: "openid email",
};

const ADDRESS = "/oauth/consent?authorization_id=an-authorization";

browserTest(
  "a program speaks for somebody after a yes alone, and the answer goes where the page said",
  async (window) => {
    const { page } = window;
    let details: unknown = REQUEST;
    let target = "https://client.example/callback?error=access_denied";
    const answers: unknown[] = [];
    await page.route(
      "**/auth/v1/oauth/authorizations/an-authorization",
      (route) => route.fulfill({ json: details }),
    );
    await page.route("**/auth/v1/oauth/authorizations/an-authorization/consent", (route) => {
      answers.push(route.request().postDataJSON());
      return route.fulfill({ json: { redirect_url: target } });
    });
    await page.route(
      "https://client.example/**",
      (route) => route.fulfill({ body: "the program's page" }),
    );
    await window.signUp();
    await window.open(ADDRESS);
    await page.getByText("<b>Helper</b>").waitFor();
    assert.match(await page.getByRole("main").innerText(), /\\u202e|U\+202E/i);
    await window.checkAccess();
    assert.deepEqual(answers, []);
    await page.getByRole("button", { name: "Refuse" }).click();
    await page.waitForURL("https://client.example/callback?error=access_denied");

    target = "https://elsewhere.example/callback?code=stolen";
    await window.open(ADDRESS);
    await page.getByRole("button", { name: "Let it" }).click();
    await page.getByRole("alert").getByText("another place").waitFor();
    assert.equal(page.url(), window.stack.url + ADDRESS);

    target = "https://client.example/callback?code=good";
    await page.getByRole("button", { name: "Let it" }).click();
    await page.waitForURL("https://client.example/callback?code=good");
    assert.deepEqual(answers, [{ action: "deny" }, { action: "approve" }, { action: "approve" }]);

    await window.open("/oauth/consent?authorization_id=../../user");
    await page.getByRole("alert").getByText("names no request").waitFor();
    details = { redirect_url: "javascript:document.title='owned'" };
    await window.open(ADDRESS);
    await page.getByRole("alert").getByText("no address to go back to").waitFor();
    details = { redirect_url: "https://client.example/callback?code=before" };
    await window.open(ADDRESS);
    await page.waitForURL("https://client.example/callback?code=before");
  },
);
