import { protocolQuery, type Protocol } from '@/api/statistics'
import { Figure, Figures } from '@/components/Figures'
import { Section } from '@/components/Page'
import { QueryView } from '@/components/QueryView'
import { NONE, useFormat } from '@/lib/format'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useLinks, type Links } from './links'
import { StageTable } from './StageTable'
import styles from './statistics.module.css'

/** How often each part of the protocol came to pass. These counts are of the whole project: no filter narrows them. */
export function ProtocolCounts({ project }: { project: number }) {
  const { t } = useTranslation()
  const query = useQuery(protocolQuery(project))
  const links = useLinks(project)
  return (
    <Section title={t('statistics.protocol.title')} testid="protocol">
      <p className={styles.note}>{t('statistics.protocol.hint')}</p>
      <QueryView query={query}>
        {(protocol) => (
          <div className={styles.protocol}>
            <StageTable protocol={protocol} links={links} />
            <div className={styles.counts}>
              <Discussions protocol={protocol} links={links} />
              <Measured protocol={protocol} links={links} />
              <PausedPeople names={protocol.paused} to={links.people('paused')} />
            </div>
          </div>
        )}
      </QueryView>
    </Section>
  )
}

interface Props {
  protocol: Protocol
  links: Links
}

function Discussions({ protocol, links }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const { discussions } = protocol
  return (
    <>
      <h3>{t('statistics.protocol.discussions')}</h3>
      <Figures>
        {Object.entries(discussions).map(([state, count]) => (
          <Figure
            key={state}
            label={t(`statistics.protocol.discussion.${state}`)}
            value={format.integer(count)}
            to={links.discussions(state === 'open' ? 'open' : 'closed') ?? undefined}
          />
        ))}
        <Figure label={t('statistics.protocol.revised')} value={format.integer(protocol.revised_verdicts)} />
      </Figures>
    </>
  )
}

/** Exams, hidden gold and repeats. */
function Measured({ protocol, links }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <>
      <h3>{t('statistics.protocol.measured')}</h3>
      <Figures>
        {protocol.probes.map(({ kind, n, rate }) => (
          <Figure
            key={kind}
            label={t(`statistics.protocol.probe.${kind}`)}
            value={t('statistics.protocol.ofRight', { n: format.integer(n), share: format.percent(rate) })}
            to={(kind === 'repeat' ? links.people() : links.gold()) ?? undefined}
          />
        ))}
        {Object.entries(protocol.exams).map(([state, count]) => (
          <Figure
            key={state}
            label={t(`statistics.protocol.exam.${state}`)}
            value={format.integer(count)}
            to={links.people() ?? undefined}
          />
        ))}
      </Figures>
    </>
  )
}

function PausedPeople({ names, to }: { names: readonly string[]; to: string | null }) {
  const { t } = useTranslation()
  const text = names.length > 0 ? names.join(t('people.and')) : NONE
  return (
    <>
      <h3>{t('statistics.protocol.paused', { count: names.length })}</h3>
      <p data-testid="protocol-paused">{to ? <Link to={to}>{text}</Link> : text}</p>
    </>
  )
}
