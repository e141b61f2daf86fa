/** Health: how this console itself is. Link and steps, services, what was refused and why, log, configuration. */
import type { ReactNode } from 'react';
import type { ConfigReport, Health } from '../../../shared/domain/health.js';
import {
  errorText,
  formatAge,
  formatDelay,
  formatDuration,
  formatMb,
  formatNumber,
  isTextKey,
  refusalText,
  text,
  visible,
} from '../../../shared/i18n/index.js';
import { Failure, StatusMark } from '../../components/index.js';
import { At, Since, Steps } from '../../parts/index.js';
import { useTime } from '../../store/clock.js';
import { useCall } from '../../store/connection.js';
import { useSession } from '../../store/session.js';

export function HealthPage() {
  const { data, error } = useCall('health.get', {}, 2000);
  const config = useCall('config.get', {});
  const link = useSession((state) => (state.live?.mode === 'cluster' ? state.live.link : null));
  return (
    <div className="page scrolls">
      <header className="head">
        <div className="bar">
          <h1>{text('health.title')}</h1>
        </div>
        {data && <Say health={data} />}
      </header>
      <div className="health">
        {error && !data && <Failure code={error.code} raw={error.message} />}
        {link && (
          <Section title={text('health.link')}>
            <Steps link={link} />
          </Section>
        )}
        {data && <Parts health={data} />}
        {config.data && <Config config={config.data} />}
      </div>
    </div>
  );
}

function Say({ health }: { readonly health: Health }) {
  const ill = health.services.filter(({ state }) => state === 'degraded' || state === 'stopped').length;
  const age = useTime((now) => formatDuration(now - health.startedAt));
  return (
    <>
      <p className="say">
        {ill === 0 ? text('health.say.well') : text('health.say.degraded', { count: ill })}
      </p>
      <p className="then">
        {text('health.say.then', { version: health.version, runtime: health.runtime, age })}
      </p>
    </>
  );
}

const Section = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section>
    <h2 className="h2">{title}</h2>
    {children}
  </section>
);

function Parts({ health }: { readonly health: Health }) {
  const { loop } = health;
  return (
    <>
      <Section title={text('health.services')}>
        <table className="plain">
          <tbody>
            {health.services.map((service) => (
              <tr key={service.name}>
                <td className="b5">{service.name}</td>
                <td>
                  <span className="row" style={{ gap: 8 }}>
                    <StatusMark
                      state={
                        service.state === 'running'
                          ? 'healthy'
                          : service.state === 'starting'
                            ? 'updating'
                            : 'late'
                      }
                    />
                    {text(`health.service.${service.state}`)}
                  </span>
                </td>
                <td className="t2">{service.code !== null && errorText(service.code).what}</td>
                <td className="r t3 num">
                  <WallAge at={service.since} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title={text('health.loop')}>
        <dl className="facts">
          <Fact
            term={text('health.loop.delay')}
            value={loop.delayP99Ms === null ? '–' : formatDelay(loop.delayP99Ms)}
          />
          <Fact term={text('health.loop.heap')} value={formatMb(loop.heapMb)} />
          <Fact term={text('health.loop.rss')} value={formatMb(loop.rssMb)} />
        </dl>
      </Section>
      <Section title={text('health.refused')}>
        {health.refused.length === 0 ? (
          <p className="t3">{text('health.refused.none')}</p>
        ) : (
          <table className="plain">
            <tbody>
              {health.refused.map((row) => (
                <tr key={row.code}>
                  <td className="r num b5 count">{formatNumber(row.count)}</td>
                  <td>{reasonOf(row.code)}</td>
                  <td className="mono t3">{visible(row.code, 40)}</td>
                  <td className="r t3">
                    <Since
                      at={row.lastAt}
                      format={(age) =>
                        text('health.refused.from', {
                          name: visible(row.from ?? '–', 60),
                          age: formatAge(age),
                        })
                      }
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
      <Section title={text('health.heard')}>
        {health.heard.length === 0 ? (
          <p className="t3">{text('health.heard.none')}</p>
        ) : (
          <table className="plain">
            <tbody>
              {health.heard.map((row) => (
                <tr key={row.message}>
                  <td className="r num b5 count">{formatNumber(row.count)}</td>
                  <td>{visible(row.message, 60)}</td>
                  <td className="r t3 num">
                    <WallAge at={row.lastAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
      <Section title={text('health.log')}>
        {health.log.length === 0 ? (
          <p className="t3">{text('health.log.none')}</p>
        ) : (
          <ol className="log mono" tabIndex={0} aria-label={text('health.log')}>
            {health.log.toReversed().map((line, index) => (
              <li key={index} data-level={line.level}>
                <span className="t3">
                  <At at={line.at} precision="ms" />
                </span>
                <span>{line.level}</span>
                <span className="wrap">
                  {visible(line.message)} <span className="t3">{visible(line.facts)}</span>
                </span>
              </li>
            ))}
          </ol>
        )}
      </Section>
    </>
  );
}

const reasonOf = (code: string): string =>
  isTextKey(`error.${code}`) ? errorText(code).what : refusalText(code);

const WallAge = ({ at }: { readonly at: number }) => <>{useTime((now) => formatAge(now - at))}</>;

const Fact = ({ term, value }: { readonly term: string; readonly value: string }) => (
  <div>
    <dt>{term}</dt>
    <dd>{value}</dd>
  </div>
);

const Config = ({ config }: { readonly config: ConfigReport }) => (
  <Section title={text('health.config')}>
    <table className="plain">
      <thead>
        <tr>
          <th>{text('health.config.key')}</th>
          <th>{text('health.config.value')}</th>
          <th>{text('health.config.origin')}</th>
        </tr>
      </thead>
      <tbody>
        {config.values.map((entry) => (
          <tr key={entry.key}>
            <td title={entry.description}>{entry.key}</td>
            <td className="mono wrap">{visible(entry.value)}</td>
            <td className="t3">{visible(entry.origin)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Section>
);
