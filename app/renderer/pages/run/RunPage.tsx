/** A run. */
export const RunPage = () => <div className="page" />;
