import { expect, it } from 'vitest';
import { workerAddress } from './workerAddress';

it('has its plain name where the files lie beside the page, under a prefix too', () => {
  expect(workerAddress('https://a.example/assets/index-1.js', 'https://a.example/#/c/1')).toBe('./sw.js');
  expect(workerAddress('https://a.example/chat/assets/index-1.js', 'https://a.example/chat/?x=1')).toBe('./sw.js');
});

it('names the folder of a CDN', () => {
  expect(workerAddress('https://cdn.example/f/assets/index-1.js', 'https://a.example/')).toBe(
    './sw.js?assets=https%3A%2F%2Fcdn.example%2Ff%2Fassets%2F',
  );
});
