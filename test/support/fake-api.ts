/** An Api in which every procedure fails until a test says what it does. */
import { type Api, contract } from '../../app/shared/contract/contract.js';

export function fakeApi(parts: Partial<Api> = {}): Api {
  const missing = Object.fromEntries(
    Object.keys(contract).map((name) => [
      name,
      () => {
        throw new Error(`the test did not expect ${name}`);
      },
    ]),
  );
  return { ...missing, ...parts } as Api;
}
