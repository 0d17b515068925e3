// Signs alice in at a page of the sign-in server, as a person does in a browser.
//   node login.mjs PLAYWRIGHT CHROMIUM URL PICTURE
import { createRequire } from 'node:module';

const [playwright, chromium, url, picture] = process.argv.slice(2);
const browsers = createRequire(import.meta.url)(playwright);
const browser = await browsers.chromium.launch({
  executablePath: chromium,
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
try {
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.goto(url);
  // Device code, password, consent: at most a handful of forms, each with one
  // button that goes on.
  for (let form = 0; form < 6; form += 1) {
    const login = page.locator('input[name=login]');
    if (await login.count()) {
      await login.fill('alice');
      await page.locator('input[name=password]').fill('any');
    }
    await page.screenshot({ path: `${picture}-${form}.png` });
    const button = page.locator('button[type=submit]').first();
    if (!(await button.count())) break;
    await Promise.all([page.waitForLoadState('load').catch(() => {}), page.waitForNavigation(), button.click()]);
  }
  await page.screenshot({ path: `${picture}-last.png` });
  console.log(`DONE ${(await page.locator('body').innerText()).replaceAll('\n', ' ')}`);
} finally {
  await browser.close();
}
