/** New gem upgrade: extension and version, where, waves, send. */
export const NewGemPage = () => <div className="page scrolls" />;
