import { LetterBadge } from './LetterBadge'
import styles from './Tiers.module.css'

/** A partial ranking as text, best first: A > C = B. Equal responses stand together. */
export function Tiers({ tiers, position }: { tiers: readonly (readonly number[])[]; position: (id: number) => number }) {
  return (
    <span className={styles.tiers} data-testid="tiers">
      {tiers.map((tier, index) => (
        <span key={tier.join()} className={styles.tier}>
          {index > 0 && <span className={styles.sign}>&gt;</span>}
          {tier.map((id, place) => (
            <span key={id} className={styles.tier}>
              {place > 0 && <span className={styles.sign}>=</span>}
              <LetterBadge index={position(id)} />
            </span>
          ))}
        </span>
      ))}
    </span>
  )
}
