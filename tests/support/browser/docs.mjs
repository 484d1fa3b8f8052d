// A person at the page /docs, in Chromium: node docs.mjs SITE PROVIDER-ACCOUNT WHAT [SCREENSHOT]
// Signs in at the provider's own pages; WHAT is "work" or "refused". Prints what it saw as one line of JSON.
import {chromium} from "playwright-core";

const [site, account, what, screenshot] = process.argv.slice(2);
const complaints = [];
const seen = {};

function fail(text) {
  throw new Error(text);
}

async function signIn(page) {
  await page.goto(`${site}/docs`);
  await page.click("#sign-in");
  await page.fill("input[name=orcid]", account);
  await page.click("button[value=sign-in]");
  await page.waitForURL(url => url.href.startsWith(site));
}

async function execute(page, operation, fill) {
  const block = page.locator(`#operations-${operation}`);
  await block.scrollIntoViewIfNeeded();
  await block.locator(".opblock-summary").click();
  await block.locator(".try-out__btn").click();
  await fill(block);
  const answered = page.waitForResponse(r => r.url().startsWith(`${site}/api/`) && r.request().resourceType() === "fetch");
  await block.locator(".execute").click();
  const answer = await answered;
  await block.locator(".live-responses-table .response-col_status").first().waitFor();
  const body = await answer.text();
  await block.locator(".opblock-summary").click();
  return {status: answer.status(), body};
}

async function work(page) {
  await page.waitForSelector("#sign-out:not([hidden])");
  seen.who = await page.textContent("#who");
  await page.waitForSelector(".opblock");
  const ordered = await execute(page, "jobs-orderIngest",
    block => block.locator("textarea.body-param__text").fill('{"pipeline": "demo"}'));
  if (ordered.status !== 202) fail(`the order was answered ${ordered.status}: ${ordered.body}`);
  const {id} = JSON.parse(ordered.body);
  // Watched by its events, with the session of the browser, to the job's own end.
  seen.events = await page.evaluate(job => new Promise((done, failed) => {
    const kinds = [];
    const source = new EventSource(`/api/jobs/${job}/events`);
    for (const kind of ["state", "phase", "progress", "line"])
      source.addEventListener(kind, event => {
        kinds.push(kind);
        const {state} = JSON.parse(event.data);
        if (state && !["queued", "running"].includes(state)) { source.close(); done(kinds); }
      });
    setTimeout(() => failed(new Error(`no end after ${kinds}`)), 120000);
  }), id);
  const shown = await execute(page, "jobs-showJob", block => block.locator("input[placeholder=id]").fill(String(id)));
  seen.job = JSON.parse(shown.body);
  if (screenshot) await page.screenshot({path: screenshot, fullPage: true});
  await page.click("#sign-out");
  await page.waitForSelector("#sign-in:not([hidden])");
  seen.after = await page.evaluate(async () => (await fetch("/api/me")).status);
}

const browser = await chromium.launch({executablePath: "/usr/bin/chromium", args: ["--no-sandbox"]});
try {
  const page = await browser.newPage({viewport: {width: 1200, height: 1400}});
  page.setDefaultTimeout(90000);
  page.on("pageerror", error => complaints.push(error.message));
  page.on("console", message => {
    if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text());
  });
  page.on("request", request => {
    const host = new URL(request.url()).hostname;
    if (request.url().startsWith("http") && host !== "127.0.0.1") complaints.push(`asked ${request.url()}`);
  });
  const pages = [];
  page.on("response", response => { if (response.request().isNavigationRequest()) pages.push(response.status()); });
  await signIn(page);
  if (what === "work") await work(page);
  else {
    await page.waitForLoadState();
    seen.status = pages.at(-1);
    seen.text = await page.textContent("body");
    if (screenshot) await page.screenshot({path: screenshot});
  }
  console.log(JSON.stringify({...seen, complaints}));
} finally {
  await browser.close();
}
