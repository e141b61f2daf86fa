/** New settings change: what, where, check, send. */
export const NewSettingsPage = () => <div className="page scrolls" />;
