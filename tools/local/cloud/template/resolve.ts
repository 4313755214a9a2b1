import { LOCAL_ACCOUNT_ID, LOCAL_REGION, stackIdOf } from '../resolved-template.ts';
import { attributeOf, defaultName, NAME_PROPERTY, type Naming, refOf } from './attributes.ts';
import { conditionResolver } from './conditions.ts';
import { isRecord } from './shape.ts';

/** The parts of a CloudFormation template that are read here. */
export interface CloudFormationTemplate {
  readonly Resources: Readonly<Record<string, CloudFormationResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
}

export interface CloudFormationResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** An intrinsic that the local cloud does not know, or a reference to a missing resource. */
export class IntrinsicError extends Error {}

const NO_VALUE = Symbol('AWS::NoValue');

export interface Resolver {
  /** The value with every intrinsic replaced. @throws IntrinsicError */
  readonly value: (value: unknown) => unknown;
  readonly condition: (name: string | undefined) => boolean;
  readonly naming: (logicalId: string) => Naming;
}

/**
 * Creates a resolver for the intrinsics of one template.
 *
 * @param stackName value of `AWS::StackName`
 */
export const createResolver = (template: CloudFormationTemplate, stackName: string): Resolver => {
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': LOCAL_ACCOUNT_ID,
    'AWS::NoValue': NO_VALUE,
    'AWS::Partition': 'aws',
    'AWS::Region': LOCAL_REGION,
    'AWS::StackId': stackIdOf(stackName),
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };

  const naming = (logicalId: string): Naming => {
    const resource = template.Resources[logicalId];
    if (!resource) throw new IntrinsicError(`refers to ${logicalId}, which the template does not have`);
    const given = resource.Properties?.[NAME_PROPERTY[resource.Type] ?? ''];
    const name = given === undefined ? defaultName(logicalId) : String(value(given));
    return { logicalId, type: resource.Type, name };
  };

  const ref = (name: string): unknown => {
    if (name in pseudo) return pseudo[name];
    const parameter = template.Parameters?.[name];
    if (parameter) return parameter.Default ?? '';
    const found = naming(name);
    const text = refOf(found);
    if (text === undefined) throw new IntrinsicError(`uses Ref of ${name} (${found.type}), which is not known here`);
    return text;
  };

  const getAtt = (target: unknown): string => {
    const [logicalId = '', ...rest] = Array.isArray(target) ? target.map(String) : String(target).split('.');
    const attribute = rest.join('.');
    const found = naming(logicalId);
    const text = attributeOf(found, attribute);
    if (text === undefined) {
      throw new IntrinsicError(`uses Fn::GetAtt ${logicalId}.${attribute} (${found.type}), which is not known here`);
    }
    return text;
  };

  const sub = (argument: unknown): string => {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const given = isRecord(variables) ? variables : {};
    return String(text).replaceAll(/\$\{(!?)([^}]*)\}/g, (_whole, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(given, name)) return String(value(given[name]));
      return name.includes('.') ? getAtt(name) : String(ref(name));
    });
  };

  const select = (argument: unknown): unknown => {
    const [index, items] = listOf(argument);
    const item = listOf(value(items))[Number(value(index))];
    if (item === undefined) throw new IntrinsicError('uses Fn::Select beyond the end of its list');
    return item;
  };

  const condition = conditionResolver(template.Conditions ?? {}, (inner) => value(inner));

  const intrinsics: Readonly<Record<string, (argument: unknown) => unknown>> = {
    Ref: (argument) => ref(String(argument)),
    'Fn::GetAtt': getAtt,
    'Fn::Sub': sub,
    'Fn::Join': (argument) => {
      const [separator, items] = listOf(argument);
      return listOf(value(items)).map(String).join(String(separator));
    },
    'Fn::Select': select,
    'Fn::Split': (argument) => {
      const [separator, text] = listOf(argument);
      return String(value(text)).split(String(separator));
    },
    'Fn::If': (argument) => {
      const [name, yes, no] = listOf(argument);
      return value(condition(String(name)) ? yes : no);
    },
  };

  const value = (input: unknown): unknown => {
    if (Array.isArray(input)) return input.map(value).filter((item) => item !== NO_VALUE);
    if (!isRecord(input)) return input;
    const entries = Object.entries(input);
    const [first] = entries;
    if (entries.length === 1 && first && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
      const intrinsic = intrinsics[first[0]];
      if (!intrinsic) throw new IntrinsicError(`uses ${first[0]}, which is not known here`);
      return intrinsic(first[1]);
    }
    return Object.fromEntries(
      entries.map(([name, inner]) => [name, value(inner)] as const).filter(([, inner]) => inner !== NO_VALUE),
    );
  };

  return { value, condition: (name) => name === undefined || condition(name), naming };
};

const listOf = (input: unknown): readonly unknown[] => {
  if (!Array.isArray(input)) throw new IntrinsicError('has an intrinsic whose argument is no list');
  return input;
};
