
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "agent_versions": {
                  Row: {
                    "agent_id": string,"created_at": string,"findings": NonNullable<Json>,"id": string,"input_schema": Json | null,"language": string,"owner_id": string,"program": string | null,"published_at": string | null,"seal": string | null,"source": string,"source_hash": string,"version": number
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"created_at"?: string,"findings"?: NonNullable<Json>,"id"?: string,"input_schema"?: Json | null,"language": string,"owner_id": string,"program"?: string | null,"published_at"?: string | null,"seal"?: string | null,"source": string,"source_hash": string,"version": number
                  }
                  Update: {
                    "agent_id"?: string,"created_at"?: string,"findings"?: NonNullable<Json>,"id"?: string,"input_schema"?: Json | null,"language"?: string,"owner_id"?: string,"program"?: string | null,"published_at"?: string | null,"seal"?: string | null,"source"?: string,"source_hash"?: string,"version"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "agent_versions_agent_id_fkey"
      columns: ["agent_id"]
isOneToOne: false
      referencedRelation: "agents"
      referencedColumns: ["id"]
    }
                  ]
                },"agents": {
                  Row: {
                    "created_at": string,"current_version": number,"description": string,"id": string,"name": string,"owner_id": string,"state": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"current_version"?: number,"description"?: string,"id"?: string,"name": string,"owner_id": string,"state"?: string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"current_version"?: number,"description"?: string,"id"?: string,"name"?: string,"owner_id"?: string,"state"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"run_events": {
                  Row: {
                    "at": string,"data": NonNullable<Json>,"owner_id": string,"run_id": string,"seq": number,"type": string
                  }
                  ComputedFields: never
                  Insert: {
                    "at"?: string,"data": NonNullable<Json>,"owner_id": string,"run_id": string,"seq": number,"type": string
                  }
                  Update: {
                    "at"?: string,"data"?: NonNullable<Json>,"owner_id"?: string,"run_id"?: string,"seq"?: number,"type"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "run_events_run_id_fkey"
      columns: ["run_id"]
isOneToOne: false
      referencedRelation: "runs"
      referencedColumns: ["id"]
    }
                  ]
                },"runs": {
                  Row: {
                    "agent_id": string,"agent_name": string,"cancel_requested_at": string | null,"created_at": string,"deadline_at": string | null,"ended_at": string | null,"engine": string,"error": Json | null,"heartbeat_at": string | null,"id": string,"input": NonNullable<Json>,"layers": (string)[],"limits": NonNullable<Json>,"output": Json | null,"owner_id": string,"request_id": string | null,"started_at": string | null,"status": string,"usage": Json | null,"version": number,"version_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "agent_id": string,"agent_name": string,"cancel_requested_at"?: string | null,"created_at"?: string,"deadline_at"?: string | null,"ended_at"?: string | null,"engine": string,"error"?: Json | null,"heartbeat_at"?: string | null,"id": string,"input": NonNullable<Json>,"layers": (string)[],"limits": NonNullable<Json>,"output"?: Json | null,"owner_id": string,"request_id"?: string | null,"started_at"?: string | null,"status": string,"usage"?: Json | null,"version": number,"version_id": string
                  }
                  Update: {
                    "agent_id"?: string,"agent_name"?: string,"cancel_requested_at"?: string | null,"created_at"?: string,"deadline_at"?: string | null,"ended_at"?: string | null,"engine"?: string,"error"?: Json | null,"heartbeat_at"?: string | null,"id"?: string,"input"?: NonNullable<Json>,"layers"?: (string)[],"limits"?: NonNullable<Json>,"output"?: Json | null,"owner_id"?: string,"request_id"?: string | null,"started_at"?: string | null,"status"?: string,"usage"?: Json | null,"version"?: number,"version_id"?: string
                  }
                  Relationships: [
                    
                  ]
                }
          }
          Views: {
            [_ in never]: never
          }
          Functions: {
            "append_run_events":
{ Args: { "events": string,"run_id": string }; Returns: boolean
                           },
"cancel_run":
{ Args: { "run_id": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"layers": (string)[],
"limits": NonNullable<Json>,
"output": Json | null,
"owner_id": string,
"request_id": string | null,
"started_at": string | null,
"status": string,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_agent":
{ Args: { "description": string,"findings"?: string,"input_schema"?: string,"language": string,"name": string,"program"?: string,"seal"?: string,"source": string }; Returns: {
              "created_at": string,
"current_version": number,
"description": string,
"id": string,
"name": string,
"owner_id": string,
"state": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agents"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_version":
{ Args: { "agent_name": string,"findings"?: string,"input_schema"?: string,"language": string,"program"?: string,"publish"?: boolean,"seal"?: string,"source": string }; Returns: {
              "agent_id": string,
"created_at": string,
"findings": NonNullable<Json>,
"id": string,
"input_schema": Json | null,
"language": string,
"owner_id": string,
"program": string | null,
"published_at": string | null,
"seal": string | null,
"source": string,
"source_hash": string,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "agent_versions"
        isOneToOne: true
        isSetofReturn: true
      } },
"delete_agent":
{ Args: { "name": string }; Returns: undefined
                           },
"find_program":
{ Args: { "agent_name": string,"version"?: number }; Returns: {
              "agent_id": string,
"created_at": string,
"findings": NonNullable<Json>,
"id": string,
"input_schema": Json | null,
"language": string,
"owner_id": string,
"program": string | null,
"published_at": string | null,
"seal": string | null,
"source": string,
"source_hash": string,
"version": number
            }
                          SetofOptions: {
        from: "*"
        to: "agent_versions"
        isOneToOne: true
        isSetofReturn: true
      } },
"find_replay":
{ Args: { "caller": string,"idempotency_key": string,"request_hash": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"layers": (string)[],
"limits": NonNullable<Json>,
"output": Json | null,
"owner_id": string,
"request_id": string | null,
"started_at": string | null,
"status": string,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"find_run":
{ Args: { "run_id": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"layers": (string)[],
"limits": NonNullable<Json>,
"output": Json | null,
"owner_id": string,
"request_id": string | null,
"started_at": string | null,
"status": string,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"my_permissions":
{ Args: Record<PropertyKey, never>; Returns: string[]
                           },
"publish_version":
{ Args: { "agent_name": string,"version": number }; Returns: {
              "created_at": string,
"current_version": number,
"description": string,
"id": string,
"name": string,
"owner_id": string,
"state": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agents"
        isOneToOne: true
        isSetofReturn: true
      } },
"reap_runs":
{ Args: Record<PropertyKey, never>; Returns: number
                           },
"set_agent_archived":
{ Args: { "archived": boolean,"name": string }; Returns: {
              "created_at": string,
"current_version": number,
"description": string,
"id": string,
"name": string,
"owner_id": string,
"state": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agents"
        isOneToOne: true
        isSetofReturn: true
      } },
"settle_run":
{ Args: { "ending": string,"events"?: string,"run_id": string }; Returns: {
              "agent_id": string,
"agent_name": string,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"layers": (string)[],
"limits": NonNullable<Json>,
"output": Json | null,
"owner_id": string,
"request_id": string | null,
"started_at": string | null,
"status": string,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"start_run":
{ Args: { "agent_name": string,"caller": string,"engine": string,"idempotency_key"?: string,"input": string,"layers": (string)[],"limits": string,"program_id"?: string,"request_hash"?: string,"request_id": string,"run_id": string,"version": number,"wall_ms": number }; Returns: {
              "agent_id": string,
"agent_name": string,
"cancel_requested_at": string | null,
"created_at": string,
"deadline_at": string | null,
"ended_at": string | null,
"engine": string,
"error": Json | null,
"heartbeat_at": string | null,
"id": string,
"input": NonNullable<Json>,
"layers": (string)[],
"limits": NonNullable<Json>,
"output": Json | null,
"owner_id": string,
"request_id": string | null,
"started_at": string | null,
"status": string,
"usage": Json | null,
"version": number,
"version_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "runs"
        isOneToOne: true
        isSetofReturn: true
      } },
"update_agent":
{ Args: { "description"?: string,"name": string,"new_name"?: string }; Returns: {
              "created_at": string,
"current_version": number,
"description": string,
"id": string,
"name": string,
"owner_id": string,
"state": string,
"updated_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "agents"
        isOneToOne: true
        isSetofReturn: true
      } }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            
          }
        }
} as const
