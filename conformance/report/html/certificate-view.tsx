/** The certificate of a shrunk log: why each op is needed, and how far each of its quantities may move. */
import type { Certificate, Interval } from '../../../abi/certificate.ts';

const EDGE: Readonly<Record<Interval['below'], string>> = {
  passes: 'passes',
  'other failure': 'fails otherwise',
  inapplicable: 'cannot be performed',
  'same failure': 'fails too',
  limit: 'no such value',
  untried: 'not tried',
};

/** The certificate as two tables. */
export const CertificateView = ({ certificate }: { readonly certificate: Certificate }) => {
  const { minimal, removals, intervals, executions, complete } = certificate;
  return (
    <section class="certificate">
      <h2 class="section">Certificate</h2>
      <p>
        {minimal ? 'No op of this log can go: ' : 'Some op may still go: '}
        {removals.length} removals were tried in {executions} executions
        {complete ? '.' : '; the budget ended before everything was tried.'}
      </p>
      {removals.length > 0 && (
        <details>
          <summary>Why each op is needed</summary>
          <div class="scroll">
            <table class="things">
              <thead>
                <tr>
                  <th scope="col">op</th>
                  <th scope="col">part</th>
                  <th scope="col">without it</th>
                </tr>
              </thead>
              <tbody>
                {removals.map(({ op, part, why }) => (
                  <tr key={`${op} ${part ?? ''}`}>
                    <td>{op}</td>
                    <td>{part ?? 'all of it'}</td>
                    <td class="prose">{why}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
      {intervals.length > 0 && (
        <details>
          <summary>Between which values it stays</summary>
          <div class="scroll">
            <table class="things">
              <thead>
                <tr>
                  <th scope="col">op</th>
                  <th scope="col">quantity</th>
                  <th scope="col">value</th>
                  <th scope="col">fails from</th>
                  <th scope="col">to</th>
                  <th scope="col">below</th>
                  <th scope="col">above</th>
                </tr>
              </thead>
              <tbody>
                {intervals.map(({ op, path, value, from, to, below, above }) => (
                  <tr key={`${op} ${path}`}>
                    <td>{op}</td>
                    <td>{path}</td>
                    <td>{value}</td>
                    <td>{from}</td>
                    <td>{to}</td>
                    <td>{EDGE[below]}</td>
                    <td>{EDGE[above]}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </section>
  );
};
