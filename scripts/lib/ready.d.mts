export const OUT: string;
export function ensureInstalled(): Promise<void>;
export function ensureBuilt(): Promise<void>;
export function isBuilt(): boolean;
export function sourceHash(): string;
