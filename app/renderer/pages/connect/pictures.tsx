/** The three small pictures over the first-run doors, and the mark of the product. Decoration only. */
const ring = (index: number, count: number, radius: number): { x: number; y: number } => {
  const angle = -Math.PI / 2 + (index * 2 * Math.PI) / count;
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
};

export function Mark() {
  return (
    <svg width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true">
      <circle r="2.6" fill="var(--text)" />
      {Array.from({ length: 8 }, (_, i) => {
        const { x, y } = ring(i, 8, 7.6);
        return <circle key={i} cx={x} cy={y} r="1.35" fill="var(--control)" />;
      })}
    </svg>
  );
}

const MEMBERS = 14;
const JOINING = 3;

/** A ring of nodes with one more on its way in. */
export function JoinPicture() {
  const seat = ring(JOINING, MEMBERS, 52);
  const outside = ring(JOINING, MEMBERS, 98);
  return (
    <svg width="240" height="144" viewBox="-110 -72 240 144" aria-hidden="true">
      <circle r="52" fill="none" stroke="var(--line)" />
      {Array.from({ length: MEMBERS }, (_, i) => i)
        .filter((i) => i !== JOINING)
        .map((i) => {
          const { x, y } = ring(i, MEMBERS, 52);
          return <circle key={i} cx={x} cy={y} r="5" fill="var(--heat-ok)" />;
        })}
      <line
        x1={outside.x}
        y1={outside.y}
        x2={seat.x * 1.17}
        y2={seat.y * 1.17}
        stroke="var(--accent)"
        strokeWidth="1.5"
        strokeDasharray="3 3"
      />
      <circle
        cx={seat.x}
        cy={seat.y}
        r="5"
        fill="var(--canvas)"
        stroke="var(--control)"
        strokeWidth="1.5"
        strokeDasharray="2 2.2"
      />
      <circle cx={outside.x} cy={outside.y} r="6" fill="var(--accent)" />
      <circle r="7" fill="none" stroke="var(--text-2)" strokeWidth="1.5" />
      <circle r="2.5" fill="var(--text-2)" />
    </svg>
  );
}

/** A page of settings coming in. */
export function FilePicture() {
  return (
    <svg width="240" height="144" fill="none" aria-hidden="true">
      <rect
        x="64"
        y="18"
        width="112"
        height="108"
        rx="8"
        fill="var(--surface)"
        stroke="var(--line-strong)"
        strokeWidth="1.5"
      />
      <rect x="64" y="18" width="6" height="108" rx="3" fill="var(--env-production-band)" />
      <g stroke="var(--line-strong)" strokeWidth="6" strokeLinecap="round">
        <path d="M86 40h34" stroke="var(--text-2)" />
        <path d="M86 62h68M86 80h52M86 98h60" />
      </g>
      <circle cx="176" cy="118" r="15" fill="var(--accent)" stroke="var(--canvas)" strokeWidth="4" />
      <path
        d="M176 111v13m-5-5 5 5 5-5"
        stroke="var(--on-accent)"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

const SICK: Readonly<Record<string, string>> = {
  '5,2': 'late',
  '17,7': 'late',
  '3,8': 'troubled',
  '11,4': 'silent',
  '12,4': 'silent',
  '13,4': 'silent',
  '14,4': 'silent',
};

/** A small fleet map with a few faults. */
export function DemoPicture() {
  return (
    <svg width="218" height="98" aria-hidden="true">
      {Array.from({ length: 220 }, (_, i) => ({ x: i % 22, y: Math.floor(i / 22) })).map(({ x, y }) => (
        <rect
          key={`${x},${y}`}
          x={x * 10}
          y={y * 10}
          width="8"
          height="8"
          rx="1.5"
          fill={`var(--heat-${SICK[`${x},${y}`] ?? 'ok'})`}
        />
      ))}
    </svg>
  );
}
