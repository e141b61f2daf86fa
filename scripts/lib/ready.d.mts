export const OUT: string;
export function ensureInstalled(): Promise<void>;
export function ensureBuilt(): Promise<void>;
export function sourceHash(): string;
