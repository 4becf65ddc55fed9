import type { Assignment } from '@/api/assignments'
import { examQuery, type Exam, type ExamFeedback } from '@/api/exams'
import { useSession } from '@/api/session'
import { Loading } from '@/components/Loading'
import { QueryView } from '@/components/QueryView'
import { preloadRenderers } from '@/components/ResponseText'
import { useRequiredProjectId } from '@/lib/useProjectId'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useParams } from 'react-router'
import { ExamResult } from './ExamResult'
import { ExamTask } from './ExamTask'
import { Feedback } from './Feedback'
import styles from './exam.module.css'

/** One entrance exam: task by task, with what the teams hold of each after its answer, and the result at the end. */
export default function ExamPage() {
  const id = Number(useParams().id)
  const { user } = useSession()
  const query = useQuery(examQuery(id))
  useEffect(preloadRenderers, [])
  if (!user) return null
  return (
    <div className={styles.page} data-testid={`exam-${id}`}>
      <QueryView query={query}>{(exam) => <Sitting key={id} exam={exam} user={user.id} />}</QueryView>
    </div>
  )
}

interface Answered {
  assignment: Assignment
  feedback: ExamFeedback
  exam: Exam
}

function Sitting({ exam, user }: { exam: Exam; user: number }) {
  useRequiredProjectId(exam.project)
  const [answered, setAnswered] = useState<Answered | null>(null)
  if (answered) return <Feedback {...answered} onNext={() => setAnswered(null)} />
  if (exam.state !== 'running') return <ExamResult exam={exam} />
  if (!exam.task) return <Loading />
  return (
    <ExamTask
      key={`${exam.task.id}:${exam.task.token}`}
      exam={exam}
      assignment={exam.task}
      user={user}
      onAnswered={setAnswered}
    />
  )
}
