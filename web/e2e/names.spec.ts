import { expect, freshName, test } from './fixtures';
import type { Person } from './person';

async function rename(person: Person, name: string): Promise<void> {
  await person.name.click();
  await person.page.getByTestId('own-name-input').fill(name);
  await person.page.keyboard.press('Enter');
  await expect(person.name).toContainText(name);
}

/** The tags in a part of the page; each time the end of the person's id. */
const tags = 'name-tag';

test('people whose names look the same are told apart wherever both can appear', async ({ arrive }) => {
  const ann = await arrive();
  const ada = await arrive();
  const eve = await arrive();
  const name = freshName('Ada Lovelace');
  await rename(ada, name);
  await ann.person(name).click();
  await expect(ann.page.getByTestId(tags)).toHaveCount(0);
  await ann.say('Is it you?');
  await ada.chat(await ann.ownName()).click();
  await ada.say('It is me');
  await expect(ann.message('It is me')).toBeVisible();

  // A Cyrillic А and a full-width ｅ.
  await rename(eve, name.replace('Ada Lovelace', '\u0410da Lov\uFF45lace'));
  const people = ann.page.getByTestId('online-user');
  await expect(people.getByTestId(tags)).toHaveCount(2);
  const [one, other] = await people.getByTestId(tags).allInnerTexts();
  expect(one).not.toBe(other);
  const adaTag = await ann.page.getByTestId('chat-list-item').getByTestId(tags).innerText();
  expect(adaTag).toMatch(/^#[0-9a-f]{4,}$/);
  await expect(ann.page.getByRole('heading', { level: 1, name: `${name} ${adaTag}` })).toBeVisible();
  await expect(ann.composer).toHaveAttribute('placeholder', `Write to ${name} ${adaTag}`);
  await expect(ann.message('It is me')).toContainText(`${name} ${adaTag}: `);
  // Whoever pretends sees it, and so does she.
  await expect(eve.name.getByTestId(tags)).toBeVisible();
  await expect(ada.name.getByTestId(tags)).toHaveText(adaTag);

  await ann.page.keyboard.press('Control+k');
  const found = ann.page.getByRole('dialog').getByRole('option');
  await expect(found.getByTestId(tags)).toHaveCount(2);
  await ann.closeDialog();

  await rename(eve, freshName('Eve'));
  await expect(ann.page.getByTestId(tags)).toHaveCount(0);
});
