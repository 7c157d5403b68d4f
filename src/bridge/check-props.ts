import { type Contract, InvalidValue, isReserved, validate } from '../contract/index.js';
import type { Props } from './props-end.js';

/**
 * What the contract makes of props. Few schemas tell their names beforehand, so reserved ones are refused here.
 * @throws InvalidValue
 */
export function checkProps(contract: Contract, props: object): Props {
  const reserved = Object.keys(props).find(isReserved);
  if (reserved !== undefined) {
    throw new InvalidValue('props', [{ message: 'a reserved name, choose another', path: [reserved] }]);
  }
  return (contract.props ? validate(contract.props, props, 'props') : props) as Props;
}
