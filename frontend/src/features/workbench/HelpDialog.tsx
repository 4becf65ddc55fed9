import { Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { HELP } from './commands'
import styles from './workbench.module.css'

/** Every key there is, and the way of one task in four lines. */
export default function HelpDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Modal open title={t('workbench.help.title')} footer={null} onCancel={onClose} width={600}>
      <p className={styles.helpText}>{t('workbench.help.flow')}</p>
      <dl className={styles.keys} data-testid="help">
        {HELP.map(([keys, label]) => (
          <div key={label}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(`workbench.help.${label}`)}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.quiet}>{t('workbench.help.note')}</p>
    </Modal>
  )
}
