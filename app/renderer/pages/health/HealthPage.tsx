export const HealthPage = () => null;
