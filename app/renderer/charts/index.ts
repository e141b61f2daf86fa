/** Charts in our colours and with our axes; recharts is known nowhere else. */
export { SmallChart, type Series, type SmallChartProps } from './SmallChart.js';
