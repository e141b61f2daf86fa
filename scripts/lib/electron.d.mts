export function electronExecutable(): string | null;
export function hasDisplay(): boolean;
export function whyNoElectron(): string | null;
