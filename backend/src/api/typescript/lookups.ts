/**
 * The types that look into `Database`: `Tables<'products'>`, `Tables<{ schema: 'reporting' }, 'monthly_sales'>`, and so on,
 * with the names and arguments that code written for Supabase's generator uses.
 */
export const LOOKUPS = `type Schemas = Omit<Database, "__InternalSupabase">
type Elsewhere = { schema: keyof Schemas }
type Sections<Name extends "Tables" | "Enums" | "CompositeTypes"> = {
  [Schema in keyof Schemas]: Schemas[Schema][Name]
}
type RelationsBySchema = {
  [Schema in keyof Schemas]: Schemas[Schema]["Tables"] & Schemas[Schema]["Views"]
}

/** A member of a schema: of the default one by its name, of another one by schema and name. */
type Member<BySchema extends Record<keyof Schemas, object>, First, Name> =
  First extends { schema: infer Schema extends keyof Schemas }
    ? Name extends keyof BySchema[Schema] ? BySchema[Schema][Name] : never
    : First extends keyof BySchema[DefaultSchema] ? BySchema[DefaultSchema][First] : never
type NameIn<BySchema extends Record<keyof Schemas, object>, First> =
  First extends { schema: infer Schema extends keyof Schemas } ? keyof BySchema[Schema] : never

/** A row as it is read. Its computed fields are there when \`select\` names them, so \`*\` makes one too. */
export type Tables<
  First extends keyof RelationsBySchema[DefaultSchema] | Elsewhere,
  Name extends NameIn<RelationsBySchema, First> = never,
> = Member<RelationsBySchema, First, Name> extends {
  Row: infer Row
  ComputedFields?: infer Fields
}
  ? unknown extends Fields
    ? Row
    : Omit<Row, Extract<Fields, string>> & Partial<Pick<Row, Extract<Fields, keyof Row>>>
  : never

/** A row as it is inserted. */
export type TablesInsert<
  First extends keyof RelationsBySchema[DefaultSchema] | Elsewhere,
  Name extends NameIn<RelationsBySchema, First> = never,
> = Member<RelationsBySchema, First, Name> extends { Insert: infer Row } ? Row : never

/** What an update may change. */
export type TablesUpdate<
  First extends keyof RelationsBySchema[DefaultSchema] | Elsewhere,
  Name extends NameIn<RelationsBySchema, First> = never,
> = Member<RelationsBySchema, First, Name> extends { Update: infer Row } ? Row : never

/** The labels of an enum. */
export type Enums<
  First extends keyof Sections<"Enums">[DefaultSchema] | Elsewhere,
  Name extends NameIn<Sections<"Enums">, First> = never,
> = Member<Sections<"Enums">, First, Name>

/** A composite type. */
export type CompositeTypes<
  First extends keyof Sections<"CompositeTypes">[DefaultSchema] | Elsewhere,
  Name extends NameIn<Sections<"CompositeTypes">, First> = never,
> = Member<Sections<"CompositeTypes">, First, Name>
`
